"""`hopscope mcp`: flows for agents, over the Model Context Protocol."""

from importlib.metadata import version

import click

from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.location import open_to_read, store_url


@click.command(name="mcp")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--rules", metavar="FILE", help="Which hopscope.toml; default $HOPSCOPE_RULES, else beside the store.")
def command(store: str | None, rules: str | None) -> None:
    """Answer an agent's questions about flows, over standard input and output. Reads only: docs/agents.md.

    For an agent's configuration: command hopscope, arguments mcp.
    """
    from hopscope_collector.agents.server import Tools, server_of
    from hopscope_tui.commands.event import messages_of

    tools = Tools(lambda: open_to_read(store), rules_for(rules, store_url(store)), messages_of)
    server_of(tools, version("hopscope-tui")).run("stdio")
