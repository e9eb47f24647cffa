"""`hopscope topology`: who is declared to get what, from a file, or written from a live account."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from hopscope_collector.rules_file import TOPOLOGY_FILE
from hopscope_collector.topology.model import Node, Route, Topology
from hopscope_collector.topology.read import BadTopology, topology_of
from hopscope_tui.neutral import neutral


@click.command(name="topology")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--from-aws", is_flag=True, help="Read it from a live account, by calls that only read.")
@click.option("--region", metavar="REGION", help="Which region; default that of your AWS configuration.")
@click.option("--prefix", multiple=True, metavar="NAME", help="Only what has a name that begins so; may be repeated.")
@click.option("--output", metavar="FILE", default=TOPOLOGY_FILE, show_default=True, help="Where to; `-` prints it.")
def command(file: Path | None, *, from_aws: bool, region: str | None, prefix: tuple[str, ...], output: str) -> None:
    """Show who is declared to get what.

    FILE is what `serverless hopscope topology` or --from-aws wrote; default hopscope.topology.json.
    """
    if from_aws and file is not None:
        raise BadTopology(f"{file} and --from-aws are two topologies; expected one; leave one out")
    if from_aws:
        _write(region, prefix, output)
        return
    path = file or Path(TOPOLOGY_FILE)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTopology(
            f"cannot read {path}: {error}; expected a file that `serverless hopscope topology` "
            "or `hopscope topology --from-aws` writes"
        ) from error
    click.echo("\n".join(_rows(topology_of(text, str(path)))))


def _write(region: str | None, prefixes: tuple[str, ...], output: str) -> None:
    """Ask the account, write the file, and name what could not be read."""
    import boto3

    from hopscope_collector.topology.account import declared_in

    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise BadTopology("no region is configured; expected one; say --region or set AWS_REGION")
    declared = declared_in(session, prefixes)
    text = json.dumps(declared.document, indent=2)
    for call, words in sorted(declared.unreadable.items()):
        click.echo(f"hopscope: {call} failed, so not all that it lists is in the file: {neutral(words)}", err=True)
    if output == "-":
        click.echo(text)
        return
    Path(output).write_text(f"{text}\n", encoding="utf-8")
    topology = declared.document["topology"]
    counts = ", ".join(f"{len(topology[part])} {part}" for part in ("nodes", "routes", "sends"))
    click.echo(f"hopscope: {counts} in {output}")


def _rows(topology: Topology) -> Iterator[str]:
    """A line for every route, under the node that it begins at."""
    yield neutral("  ".join(f"{name} {value}" for name, value in topology.about.items() if value))
    for node in sorted(topology.nodes, key=lambda each: (each.kind, each.label)):
        routes = [route for route in topology.routes if route.source == node.id]
        senders = _senders(topology, node.id)
        if routes or senders:
            head = f"{node.kind} {node.label}" + (f"   sent to by {senders}" if senders else "")
            yield from ("", neutral(head), *_ways(topology, routes))
    by_clock = [route for route in topology.routes if route.source is None]
    if by_clock:
        yield from ("", "clock", *_ways(topology, by_clock))
    silent = [f"{node.kind} {node.label}" for node in topology.nodes if _is_silent(topology, node)]
    if silent:
        yield from ("", neutral(f"nobody is declared to receive from {', '.join(silent)}"))


def _ways(topology: Topology, routes: Sequence[Route]) -> list[str]:
    return [neutral(f"  {route.kind:<13}▶ {_target(topology, route)}{_condition(route)}") for route in routes]


def _is_silent(topology: Topology, node: Node) -> bool:
    """Whether messages come to a node and nothing leads away; a dead-letter queue is meant to keep them."""
    keeps_dead_letters = any(
        route.dead_letters == node.id or (route.kind == "redrive" and route.target == node.id)
        for route in topology.routes
    )
    leads_away = any(route.kind != "redrive" for route in topology.routes_from.get(node.id, ()))
    is_broker = node.kind in {"bus", "topic", "queue"} and not node.is_foreign
    return is_broker and not keeps_dead_letters and not leads_away


def _senders(topology: Topology, node_id: str) -> str:
    senders = {sender for sending in topology.sends if sending.target == node_id for sender in sending.senders}
    names = sorted(topology.nodes_by_id[each].label for each in senders if each in topology.nodes_by_id)
    return ", ".join(names)


def _target(topology: Topology, route: Route) -> str:
    node = topology.nodes_by_id.get(route.target)
    return f"{node.kind} {node.label}" if node else route.target


def _condition(route: Route) -> str:
    """What a message must be like to take the route, and where it goes when that fails."""
    condition = route.pattern or route.filter_policy or route.filters
    words = f"   when {json.dumps(condition)}" if condition else ""
    words += f"   after {route.after_receives} receives" if route.after_receives else ""
    return words + ("" if route.is_enabled else "   switched off")
