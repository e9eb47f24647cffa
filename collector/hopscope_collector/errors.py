"""What can go wrong in the collector.

HopscopeError
├── InputError                  the person asked for something that cannot be: exit code 2
│   ├── NotASource              a source that is none of the kinds, or does not exist
│   └── NotAStoreUrl            a store URL that names no store
└── CollectorError              we, the disk or AWS failed: exit code 1
    ├── SourceFailed            a source answered with an error that retrying did not cure
    └── StoreError
        ├── StoreMissing        there is no store yet, and reading makes none
        ├── StoreBusy           another process holds the lock longer than we wait
        ├── StoreFull           the disk (or the quota) is full
        ├── StoreDenied         the file or its folder may not be read or written
        ├── StoreDamaged        the file is not a store, or is broken
        └── NewerStore          written by a newer version of Hopscope

Bad input lines are no exceptions here: they are data, counted by reason (`hopscope_wire.errors.Refused` and
`lines.Refusal`). A message says what is wrong as given, what was expected, and what to do.
"""


class HopscopeError(Exception):
    """Root of what `hopscope` shows as one line instead of a traceback."""


class InputError(HopscopeError):
    """What the person typed or configured cannot be done."""


class NotASource(InputError):
    """The text names no source that we can read."""


class NotAStoreUrl(InputError):
    """The text names no store."""


class CollectorError(HopscopeError):
    """The request was right; doing it failed."""


class SourceFailed(CollectorError):
    """A source failed for good: no permission, no such log group, no connection."""


class StoreError(CollectorError):
    """Root of what a store raises. What `write()` raised was not stored; what it returned from was."""


class StoreMissing(StoreError):
    """Nothing was collected there yet."""


class StoreBusy(StoreError):
    """Another process writes and did not let go in time."""


class StoreFull(StoreError):
    """There is no room; the batch was not stored and may be tried again."""


class StoreDenied(StoreError):
    """The operating system does not let us."""


class StoreDamaged(StoreError):
    """The file is not one of ours, or its pages are broken."""


class NewerStore(StoreError):
    """The store's schema is newer than this program."""
