"""The order in which an app's things are made: first everything, then what connects them."""

from collections.abc import Callable

from hopscope_stage.provision import apigateway, events, iam, lambda_, sns, sqs, states, storage
from hopscope_stage.provision.site import Site
from hopscope_stage.shapes import App


def steps(runtime: str) -> list[Callable[[Site, App], None]]:
    """Every step, in order.

    Args:
        runtime: what Lambda calls the functions' interpreter: `python3.13`.
    """

    def functions(site: Site, app: App) -> None:
        lambda_.create(site, app, runtime)

    return [
        iam.create,
        storage.create,
        sqs.create,
        sns.create,
        events.create,
        functions,
        states.create,
        sns.connect,
        events.connect,
        apigateway.connect,
        lambda_.connect,
    ]
