"""What every service's `create()` works with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hopscope_stage.addresses import Directory, Place
from hopscope_stage.attach import Attachment

Client = Any
"""boto3 makes its clients' methods at run time."""


@dataclass(frozen=True, slots=True)
class Site:
    """One deployment while it is made."""

    client: Callable[[str], Client]
    place: Place
    directory: Directory
    attachment: Attachment
    undo: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    """What takes away everything made so far, newest last."""

    def made(self, what: str, remove: Callable[[], object]) -> None:
        """Remember how to take away what was just made."""
        self.undo.append((what, remove))


def statement(service: str, action: str, resource: str, source: str) -> Mapping[str, object]:
    """A policy statement: this AWS service may do this, on behalf of that one thing."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": resource,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def policy(*statements: Mapping[str, object]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
