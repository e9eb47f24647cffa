"""The one role that functions, rules and state machines act as.

It is made first: its name is taken or free, strictly, so that a second deployment under the same prefix fails
before it could adopt, and later remove, the first one's queues.
"""

from functools import partial

from hopscope_stage.provision.site import Site, policy
from hopscope_stage.shapes import App

ACTORS = ["lambda.amazonaws.com", "states.amazonaws.com", "events.amazonaws.com"]
SERVICES = ["sqs", "sns", "events", "dynamodb", "kinesis", "s3", "states", "lambda", "logs", "ssm", "xray"]
POLICY = "stage"


def create(site: Site, app: App) -> None:
    """The role, allowed to use the services that examples use."""
    iam = site.client("iam")
    name = site.directory.name(f"role.{app.name}")
    trust = policy({"Effect": "Allow", "Principal": {"Service": ACTORS}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    site.made(f"role {name}", partial(iam.delete_role, RoleName=name))
    allowed = policy({"Effect": "Allow", "Action": [f"{service}:*" for service in SERVICES], "Resource": "*"})
    iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=allowed)
    site.made(f"policy of {name}", partial(iam.delete_role_policy, RoleName=name, PolicyName=POLICY))
