"""EventBridge Scheduler: CreateSchedule. The target's input is the user's: it may be a name that must stay the same."""

from hopscope_layer.depart.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class CreateSchedule(Call):
    """A schedule. Only one that runs once (`at(…)`) is a message; a recurring one has no single delivery."""

    DESTINATION = ("Name",)
    __slots__ = ("runs_once",)

    def describe(self, entry: "Params", sent: "Sent") -> object:
        target = entry.get("Target")
        self.runs_once = str(entry.get("ScheduleExpression")).startswith("at(")
        if isinstance(target, dict) and isinstance(target.get("Arn"), str):
            sent["name"] = sent.get("destination")
            sent["destination"] = target["Arn"]
        return _input_of(entry)

    def payloads(self, entry: "Params") -> "list[object]":
        return [_input_of(entry)]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        arn = answer.get("ScheduleArn")
        return [f"scheduler/{arn}"] if arn and self.runs_once else []


def _input_of(entry: "Params") -> object:
    target = entry.get("Target")
    return target.get("Input") if isinstance(target, dict) else None
