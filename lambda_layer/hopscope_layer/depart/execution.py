"""Step Functions: the execution's ARN is the ref. Name and input tell a retry from a new one: neither changes."""

from hopscope_layer import body_hash
from hopscope_layer.depart.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context

    Params = dict[str, object]
    Sent = dict[str, object]


class StartExecution(Call):
    """StartExecution and StartSyncExecution."""

    DESTINATION = ("stateMachineArn",)
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        if isinstance(entry.get("name"), str):
            sent["name"] = entry["name"]
        given = entry.get("input")
        return given, [given] if isinstance(given, str) else []

    def carried(self, entry: "Params", sent: "Sent", context: "Context") -> "Params":
        self.skip(sent, "idempotent_name")
        return entry

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        arn = answer.get("executionArn")
        return [f"states/{arn}"] if arn else []


class SendTask(Call):
    """SendTaskSuccess and SendTaskFailure. A task token is a secret: the ref is its hash."""

    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        token = entry.get("taskToken")
        if isinstance(token, str):
            sent["tokenHash"] = body_hash.measured(token)[1]
        output = entry.get("output")
        return None, [output] if isinstance(output, str) else []

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        token_hash = sent.get("tokenHash")
        return [f"task-token/{token_hash}"] if token_hash else []
