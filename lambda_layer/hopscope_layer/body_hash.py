"""Size and hash of a body: equal on both sides of a broker that delivers the text it was given. (pure)"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Measured = tuple[int, str]


_blake2b: "Callable[..., Any] | None" = None
"""The C module's function: `hashlib` is an import of a millisecond that functions without botocore have not made."""


def measured(body: "str | bytes") -> "Measured":
    """Bytes of the body in UTF-8, and the first 16 hex digits of its BLAKE2b."""
    global _blake2b  # noqa: PLW0603  imported once, when the first body is there
    if _blake2b is None:
        from _blake2 import blake2b

        _blake2b = blake2b
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return len(raw), _blake2b(raw, digest_size=8).hexdigest()
