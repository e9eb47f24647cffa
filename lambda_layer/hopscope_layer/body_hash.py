"""Size and hash of a body: equal on both sides of a broker that delivers the text it was given. (pure)"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Measured = tuple[int, str]


def measured(body: "str | bytes") -> "Measured":
    """Bytes of the body in UTF-8, and the first 16 hex digits of its BLAKE2b."""
    # The C module itself: `hashlib` is an import of a millisecond that functions without botocore have not made.
    from _blake2 import blake2b

    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return len(raw), blake2b(raw, digest_size=8).hexdigest()
