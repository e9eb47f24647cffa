"""`hopscope event FILE`: how the layer reads a Lambda event, by asking the layer."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from hopscope_tui.neutral import neutral

WRAPPER = {"kind", "identities", "event"}
"""The keys of a recorded event with notes beside it; the event itself is in its `event`."""

NO_REFS = {
    False: "no refs: AWS gives a function no id of it; it is known by the request id of its invocation",
    True: "no refs: no event of AWS that the layer knows; one hop, known by the request id of its invocation",
}
"""What is said of a message without an id, and of one of which not even the source is known."""


@click.command("event")
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object a message.")
def command(file: str, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show how the layer reads the Lambda event in FILE (- for stdin): messages, refs, carriers, keys.

    Keys are read by HOPSCOPE_KEYS, correlation ids by HOPSCOPE_CORRELATION_HEADERS, as in a function.
    """
    messages = messages_of(_event_in(file))
    if as_json:
        click.echo(json.dumps(messages, indent=2))
        return
    for number, message in enumerate(messages):
        click.echo(_text_of(message) if number == 0 else "\n" + _text_of(message))


def messages_of(event: object) -> list[dict[str, Any]]:
    """The messages of an event as the command prints them: the layer's fields under the names of its JSON output."""
    from hopscope_layer.reading import messages_of as read
    from hopscope_layer.settings import settings_of

    found = []
    for message in read(event, settings_of(os.environ)):
        fields = dict(message.fields)
        context = message.context
        found.append(
            {
                "source": fields.pop("source"),
                "refs": fields.pop("refs"),
                "carrier": None
                if context is None
                else {
                    "trace_id": context.trace_id,
                    "send_id": context.send_id,
                    "flags": context.flags,
                    "correlation_id": context.correlation_id,
                    "text": fields.get("carrier"),
                },
                "trace_header": message.trace_header,
                "correlation_id": message.correlation,
                "keys": fields.pop("keys", {}),
                "message": {name: value for name, value in fields.items() if name != "carrier"},
            }
        )
    return found


def _event_in(file: str) -> object:
    named = "standard input" if file == "-" else file
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        event = json.loads(text)
    except OSError as error:
        raise click.UsageError(f"cannot read {named}: {error.strerror}; expected a file with a Lambda event") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            f"{named} is not JSON ({error}); expected the event that Lambda gives a function"
        ) from error
    if isinstance(event, dict) and event.keys() >= WRAPPER:
        return event["event"]
    return event


def _text_of(message: dict[str, Any]) -> str:
    """A few lines for people: source and refs first, then what is known of the rest."""
    lines = [f"{message['source']}  {'  inside: '.join(message['refs']) or NO_REFS[message['source'] == 'unknown']}"]
    carrier = message["carrier"]
    rest = {
        "carrier": carrier["text"] if carrier else "none",
        "trace header": message["trace_header"],
        "correlation": message["correlation_id"],
        **{f"key {name}": value for name, value in message["keys"].items()},
        **message["message"],
    }
    width = max(len(name) for name in rest)
    lines += [f"  {name:<{width}}  {_value_text(value)}" for name, value in rest.items() if value is not None]
    return "\n".join(neutral(line) for line in lines)


def _value_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
