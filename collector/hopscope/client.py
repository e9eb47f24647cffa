"""`import hopscope.client`: a collector over HTTP, as `hopscope_collector.client` has it.

`hopscope` is a namespace without an `__init__.py`: a package of that name that somebody has already stays what it is.
"""

from hopscope_collector.client import *  # noqa: F403 - the same names, those of its `__all__`
