"""The stage's own errors; each message says what is wrong, what was expected and what to do.

StageError
├── EnvironmentNotMade     the emulator's own Python environment could not be installed
├── EmulatorNotReady       the emulator did not start, or stopped
├── LayerMissing           functions should carry the layer, but there is no zip
├── ExampleMissing         there is no example of this name
├── UnknownAddress         an app mentions something it does not have
├── NotDeployed            creating something failed; what was made before it has been removed
├── NotRemoved             something could not be taken away again
└── NotSettled             things were still moving when the time was up
"""


class StageError(Exception):
    """The stage cannot do what was asked."""


class EnvironmentNotMade(StageError):
    """The emulator's own Python environment could not be installed."""


class EmulatorNotReady(StageError):
    """The emulator did not start, or stopped."""


class LayerMissing(StageError):
    """Functions should carry the layer, but there is no zip."""


class ExampleMissing(StageError):
    """There is no example of this name."""


class UnknownAddress(StageError):
    """An app mentions something it does not have."""


class NotDeployed(StageError):
    """Creating something failed; what was made before it has been removed."""


class NotRemoved(StageError):
    """Something could not be taken away again."""


class NotSettled(StageError):
    """Things were still moving when the time was up."""
