"""`hopscope flows`: one line a flow."""

import json

import click

from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.search.filter import parsed
from hopscope_collector.shape.times import date_and_clock
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.answers import COLLECTOR_HELP, PATIENCE_S, answering
from hopscope_tui.neutral import neutral
from hopscope_tui.text.flow import list_rows, painted, terminal_cells


@click.command(name="flows")
@click.argument("words", metavar="[FILTER]", nargs=-1)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="At most so many flows.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: docs/show.md says what is in it.")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--rules", metavar="FILE", help="Which hopscope.toml; default $HOPSCOPE_RULES, else beside the store.")
@click.option("--collector", metavar="URL", help=COLLECTOR_HELP)
def command(words: tuple[str, ...], limit: int, *, as_json: bool, **where: str | None) -> None:
    """List flows, those that something happened in last first, one line each.

    FILTER: status:failed fn:notify-* event:order_placed key:order_id=o-42 dur:>2s since:1h "free text"
    """
    wanted = parsed(" ".join(words))
    with answering(**where) as asked:
        page, name = asked.page(wanted, limit), asked.name
    flows = page.flows
    if as_json:
        found = [flow_json(flow) for flow in flows]
        click.echo(
            json.dumps(
                {"hopscope": CONTRACT_VERSION, "flows": found, "more": page.has_more, "partial": page.is_partial}
            )
        )
        return
    for row in list_rows(flows, terminal_cells(), wall_clock_us()) if flows else ():
        click.echo(painted(row))
    if page.is_partial:
        reached = date_and_clock(page.reached_us)
        click.echo(f"so far: looked back to {reached} UTC in {PATIENCE_S:.0f} s; since: asks for fewer", err=True)
    elif not flows:
        click.echo(_nothing(str(wanted), name))
    elif page.has_more:
        click.echo("there are more: --limit shows them, a filter narrows them down", err=True)


def _nothing(filter_text: str, url: str) -> str:
    if filter_text:
        return f"no flow fits {neutral(filter_text)}"
    return f"{neutral(url)} holds no flow yet; collect some: hopscope collect file:PATH, or try: hopscope demo"
