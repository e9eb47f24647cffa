"""Step Functions state machines."""

from functools import partial

from hopscope_stage.provision.site import Site
from hopscope_stage.shapes import App


def create(site: Site, app: App) -> None:
    """Every state machine, with the ARNs of what it calls filled into its definition."""
    states = site.client("stepfunctions")
    for machine in app.machines:
        name = site.directory.name(f"machine.{machine.name}")
        made = states.create_state_machine(
            name=name,
            definition=site.directory.fill(machine.definition),
            roleArn=site.directory.arn(f"role.{app.name}"),
            type=machine.kind,
        )
        arn = made["stateMachineArn"]
        site.made(f"state machine {name}", partial(states.delete_state_machine, stateMachineArn=arn))
