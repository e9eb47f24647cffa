"""Whether the context travels to a destination, by the rules of `HOPSCOPE_PROPAGATION`. (pure)"""


def is_on(rules: "dict[str, bool]", service: str, destination: str) -> bool:
    """The rule whose pattern matches the destination, else the one for the service, else the general one."""
    for pattern, is_allowed in rules.items():
        if pattern not in ("*", service) and matches(pattern, destination):
            return is_allowed
    return rules.get(service, rules["*"])


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits a pattern in which `*` stands for anything. By hand: `fnmatch` is an import."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    position = len(first)
    for part in rest[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(text) - len(rest[-1]) >= position and text.endswith(rest[-1])
