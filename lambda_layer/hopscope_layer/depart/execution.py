"""Step Functions: the execution's ARN is the ref. Name and input tell a retry from a new one: neither changes."""

from hopscope_layer import body_hash
from hopscope_layer.depart.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class StartExecution(Call):
    """StartExecution and StartSyncExecution."""

    DESTINATION = ("stateMachineArn",)
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> object:
        if isinstance(entry.get("name"), str):
            sent["name"] = entry["name"]
        return entry.get("input")

    def payloads(self, entry: "Params") -> "list[object]":
        return [entry.get("input")]

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        self.skip(sent, "idempotent_name")
        return entry

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        arn = answer.get("executionArn")
        return [f"states/{arn}"] if arn else []


class SendTask(Call):
    """SendTaskSuccess and SendTaskFailure. A task token is a secret: its hash is the ref, nothing else is recorded."""

    __slots__ = ("token_hash",)

    def describe(self, entry: "Params", sent: "Sent") -> object:
        token = entry.get("taskToken")
        self.token_hash = body_hash.measured(token)[1] if isinstance(token, str) else None
        sent["name"] = self.key[1]
        return None

    def payloads(self, entry: "Params") -> "list[object]":
        return [entry.get("output")]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        return [f"task-token/{self.token_hash}"] if self.token_hash is not None else []
