"""Makes what an app declares, one module an AWS service, each with `create(site, app)`."""
