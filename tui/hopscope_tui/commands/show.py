"""`hopscope show`: one flow, by any of its ids, on the terminal or as a page, a picture, a diagram."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.errors import InputError
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.shape.summary import key_of
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.answers import COLLECTOR_HELP, answering
from hopscope_tui.neutral import neutral
from hopscope_tui.text.flow import flow_rows, painted, terminal_cells
from hopscope_tui.text.flow_executions import execution_part_rows

TRIED = (
    "a trace id, correlation id, key (order_id=o-42, or o-42), ref or message id, request id, "
    "invocation, hop or send id, execution ARN"
)
_CANDIDATES_SHOWN = 5


class NoSuchFlow(InputError):
    """Nothing is known by the id."""


class SeveralFlows(InputError):
    """The id names more than one flow."""


@click.command(name="show")
@click.argument("id_text", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: docs/show.md says what is in it.")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="A Mermaid sequence diagram, for Markdown.")
@click.option("--html", metavar="FILE", help="One page that needs nothing else: graph, waterfall, sequence, table.")
@click.option("--svg", metavar="FILE", help="The graph as a picture; here as above, FILE - is standard output.")
@click.option(
    "--otlp", metavar="FILE|URL", help="OpenTelemetry spans: a line of OTLP JSON, or to an OTLP/HTTP endpoint."
)
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--rules", metavar="FILE", help="Which hopscope.toml; default $HOPSCOPE_RULES, else beside the store.")
@click.option("--collector", metavar="URL", help=COLLECTOR_HELP)
def command(
    id_text: str, store: str | None, rules: str | None, collector: str | None, **asked: str | bool | None
) -> None:
    """Show one flow: its tree of hops, the evidence of every link, what it waits for, what ran inside its executions.

    ID: a trace id, correlation id, key (order_id=o-42, or o-42 alone), any ref or bare message id, request id,
    invocation, hop or send id, or an execution ARN.
    """
    show = _way_of({name: given for name, given in asked.items() if given})
    with answering(store, rules, collector) as flows:
        flow = _only(flows.find(id_text), id_text)
        executions = flows.executions(flow)
    show(flow, executions)


_Show = Callable[[Flow, Sequence[Execution]], None]


def _way_of(asked: dict[str, str | bool]) -> _Show:
    """How the flow shall be shown: one way at a time."""
    if len(asked) > 1:
        named = " and ".join(f"--{name.removeprefix('as_')}" for name in asked)
        raise click.UsageError(f"{named} are different ways to show a flow; expected one of them")
    name, given = next(iter(asked.items()), ("", ""))
    return _WAYS[name](str(given))


def _as_json(flow: Flow, executions: Sequence[Execution]) -> None:
    details = [execution_as_json(each) for each in executions]
    found = {**flow_json(flow), "execution_details": details}
    click.echo(json.dumps({"hopscope": CONTRACT_VERSION, "flow": found}))


def _as_mermaid(flow: Flow, _executions: Sequence[Execution]) -> None:
    from hopscope_collector.export.mermaid import mermaid_lines

    click.echo("\n".join(mermaid_lines(flow, wall_clock_us())))


def _on_terminal(flow: Flow, executions: Sequence[Execution]) -> None:
    width_cells = terminal_cells()
    for row in (*flow_rows(flow, width_cells, wall_clock_us()), *execution_part_rows(flow, executions, width_cells)):
        click.echo(painted(row))


def _page(file: str) -> _Show:
    def show(flow: Flow, executions: Sequence[Execution]) -> None:
        from hopscope_collector.export.page import page_of

        _put(file, page_of(flow, wall_clock_us(), executions))

    return show


def _picture(file: str) -> _Show:
    def show(flow: Flow, _executions: Sequence[Execution]) -> None:
        from hopscope_collector.export.svg import svg_of

        _put(file, svg_of(flow, wall_clock_us()))

    return show


def _spans(target: str) -> _Show:
    def show(flow: Flow, _executions: Sequence[Execution]) -> None:
        from hopscope_collector.export.otlp import Backend, otlp_json
        from hopscope_collector.export.spans import spans_of

        spans = spans_of(flow)
        if "://" not in target:
            _put(target, otlp_json(spans))
            return
        backend = Backend(target)
        try:
            said = backend.take(spans)
        finally:
            backend.close()
        words = f"sent {len(spans):,} spans to {backend.endpoint}" + (f"; {said}" if said else "")
        click.echo(neutral(words), err=True)

    return show


_WAYS: dict[str, Callable[[str], _Show]] = {
    "": lambda _: _on_terminal,
    "as_json": lambda _: _as_json,
    "as_mermaid": lambda _: _as_mermaid,
    "html": _page,
    "svg": _picture,
    "otlp": _spans,
}


def _put(file: str, text: str) -> None:
    """To standard output, or into a file that only its owner reads, which is then named."""
    from hopscope_collector.export.file import write_private

    if file == "-":
        click.echo(text, nl=False)
        return
    path = Path(file).expanduser()
    write_private(path, text)
    click.echo(f"wrote {neutral(str(path))}, {len(text.encode(errors='replace')):,} bytes", err=True)


def _only(flows: Sequence[Flow], id_text: str) -> Flow:
    if len(flows) == 1:
        return flows[0]
    named = neutral(id_text)
    if not id_text.strip():
        raise NoSuchFlow(f"the ID is empty; expected {TRIED}; `hopscope flows` lists what there is")
    if not flows:
        raise NoSuchFlow(
            f"no flow is known by {named!r}; tried it whole as {TRIED}; `hopscope flows` lists what there is"
        )
    some = ", ".join(f"{flow.id} ({flow.status}, {neutral(key_of(flow))})" for flow in flows[:_CANDIDATES_SHOWN])
    more = f", … {len(flows) - _CANDIDATES_SHOWN} more" if len(flows) > _CANDIDATES_SHOWN else ""
    raise SeveralFlows(f"{named!r} names {len(flows)} flows; expected one; show one of them: {some}{more}")
