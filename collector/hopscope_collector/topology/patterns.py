"""Event patterns, event source filters and SNS filter policies, matched as AWS matches them (pure).

    {"source": ["orders"], "detail": {"total": [{"numeric": [">", 100]}], "tag": [{"anything-but": "test"}]}}

An answer is True, False or None: payloads are private by default, so much of a message is not known. A part that is
not known is `UNKNOWN`; what depends on it is None, and what does not is still decided: an event of another source
does not match, whatever its detail is.

Source of the rules: "Comparison operators for use in event patterns" (EventBridge), "Filter policy constraints" (SNS).
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Verdict = bool | None
"""True, False, or None where something that is not known decides."""

OR = "$or"


class _Unknown:
    """A part of a message that was not recorded."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
_ABSENT: Final = object()


def matches(pattern: Mapping[str, Any], message: Any) -> Verdict:
    """Whether a message matches a pattern.

    Args:
        pattern: As AWS has it. What it holds that AWS would refuse matches nothing for certain: None.
        message: The event (or the record of an event source) as far as it is known.
    """
    if message is UNKNOWN:
        return True if not pattern else None
    return _all(_field(name, wanted, message) for name, wanted in pattern.items())


def matches_any(filters: Iterable[Any], message: Any) -> Verdict:
    """Whether a record passes the `Filters` of an event source or a pipe: one of their patterns is enough."""
    patterns = [_pattern_of(each) for each in filters]
    if not patterns:
        return True
    return _any(None if pattern is None else matches(pattern, message) for pattern in patterns)


def passes_policy(policy: Mapping[str, Any], attributes: Any) -> Verdict:
    """Whether message attributes pass an SNS filter policy.

    Args:
        policy: As SNS has it.
        attributes: Values by name as texts, numbers or lists of them; Binary ones are left out, as SNS leaves them out.
    """
    return matches(policy, attributes)


def _pattern_of(one_filter: Any) -> Mapping[str, Any] | None:
    """`{"Pattern": "<JSON>"}` of an API or a template, or the pattern itself."""
    pattern = one_filter.get("Pattern", one_filter) if isinstance(one_filter, Mapping) else one_filter
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except ValueError:
            return None
    return pattern if isinstance(pattern, Mapping) else None


def _field(name: str, wanted: Any, message: Any) -> Verdict:
    if name == OR and isinstance(wanted, list) and all(isinstance(each, Mapping) for each in wanted):
        return _any(matches(each, message) for each in wanted)
    is_path = "." in name and not (isinstance(message, Mapping) and name in message)
    if is_path:  # AWS joins names by dots: `detail.total` is `total` in `detail`
        first, _, rest = name.partition(".")
        return _field(first, {rest: wanted}, message)
    value = message.get(name, _ABSENT) if isinstance(message, Mapping) else _ABSENT
    if isinstance(wanted, Mapping):
        return _nested(wanted, value)
    if isinstance(wanted, list):
        return _one_of(wanted, value)
    return None


def _nested(pattern: Mapping[str, Any], value: Any) -> Verdict:
    """A pattern below a field. Of a list of objects, one has to match it as a whole."""
    if isinstance(value, list):
        return _any(matches(pattern, each) for each in value) if value else matches(pattern, {})
    return matches(pattern, {} if value is _ABSENT else value)


def _one_of(matchers: list[Any], value: Any) -> Verdict:
    return _any(_passes(matcher, value) for matcher in matchers)


def _passes(matcher: Any, value: Any) -> Verdict:
    if isinstance(matcher, Mapping):
        if len(matcher) != 1:
            return None
        ((operator, operand),) = matcher.items()
        return _operate(operator, operand, value)
    if value is UNKNOWN:
        return None
    return any(_is_equal(matcher, each) for each in _values_of(value))


def _operate(operator: str, operand: Any, value: Any) -> Verdict:
    if value is UNKNOWN:
        return None
    if operator == "exists":
        return bool(_values_of(value)) == bool(operand)
    test = _anything_but(operand) if operator == "anything-but" else _test_of(operator, operand)
    if test is None:
        return None
    return any(test(each) for each in _values_of(value))


def _values_of(value: Any) -> list[Any]:
    """The values that a matcher is tried on: those of lists one by one, none of what is absent or an object."""
    if value is _ABSENT or isinstance(value, Mapping):
        return []
    return [leaf for each in value for leaf in _values_of(each)] if isinstance(value, list) else [value]


_Test = Callable[[Any], bool]


def _test_of(operator: str, operand: Any) -> _Test | None:
    """The test of one operator; None for an operator or operand that is not known here."""
    if operator in {"prefix", "suffix"} and isinstance(operand, Mapping) and len(operand) == 1:
        folded = operand.get("equals-ignore-case")
        return _text_test(operator, folded, _folded) if isinstance(folded, str) else None
    if operator in {"prefix", "suffix", "equals-ignore-case", "wildcard"} and isinstance(operand, str):
        return _text_test(operator, operand, _folded if operator == "equals-ignore-case" else str)
    if operator == "numeric" and isinstance(operand, list):
        return _numeric_test(operand)
    if operator == "cidr" and isinstance(operand, str):
        return _cidr_test(operand)
    return None


def _text_test(operator: str, operand: str, fold: Callable[[str], str]) -> _Test:
    wanted = fold(operand)
    compare: dict[str, Callable[[str], bool]] = {
        "prefix": lambda text: text.startswith(wanted),
        "suffix": lambda text: text.endswith(wanted),
        "equals-ignore-case": lambda text: text == wanted,
        "wildcard": lambda text: _wildcard(wanted).fullmatch(text) is not None,
    }
    return lambda value: isinstance(value, str) and compare[operator](fold(value))


def _folded(text: str) -> str:
    """Letter by letter, as AWS ignores case: `ß` is not `ss`."""
    return "".join(map(str.lower, text))


def _wildcard(pattern: str) -> re.Pattern[str]:
    r"""`*` stands for any characters, `\*` for a star, `\\` for a backslash."""
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern)
    words = [
        ".*" if part == "*" else re.escape(part[1:] if part[:1] == "\\" and len(part) > 1 else part) for part in parts
    ]
    return re.compile("".join(words), re.DOTALL)


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def _numeric_test(operand: list[Any]) -> _Test | None:
    bounds = list(zip(operand[::2], operand[1::2], strict=False))
    if len(operand) % 2 or not all(word in _COMPARISONS and _is_number(bound) for word, bound in bounds):
        return None
    return lambda value: _is_number(value) and all(_COMPARISONS[word](value, bound) for word, bound in bounds)


def _cidr_test(operand: str) -> _Test | None:
    try:
        network = ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return None
    return lambda value: isinstance(value, str) and _is_in(network, value)


def _is_in(network: ipaddress.IPv4Network | ipaddress.IPv6Network, text: str) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def _anything_but(operand: Any) -> _Test | None:
    """True of a value that is none of these; an absent field is no value, so it does not match."""
    if isinstance(operand, Mapping) and len(operand) == 1:
        ((operator, inner),) = operand.items()
        tests = [_test_of(operator, each) for each in (inner if isinstance(inner, list) else [inner])]
        known = [test for test in tests if test is not None]
        return None if len(known) < len(tests) else lambda value: not any(test(value) for test in known)
    unwanted = operand if isinstance(operand, list) else [operand]
    return lambda value: not any(_is_equal(each, value) for each in unwanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_equal(one: Any, other: Any) -> bool:
    """Equal as JSON texts, as far as they are told apart here: `300` is neither `300.0` nor `true`."""
    return type(one) is type(other) and bool(one == other)


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return False if False in found else None if None in found else True


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return True if True in found else None if None in found else False
