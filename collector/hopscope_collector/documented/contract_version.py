"""The version of the JSON that `--json`, the API and its client speak. Fields are only ever added to one."""

CONTRACT_VERSION = 1
