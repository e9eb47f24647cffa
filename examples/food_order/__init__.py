"""The food order: choreographed, and as a state machine."""

from .deployment import KEYS, app
from .driver import PlacedOrder, run
from .plan import FATES, Fate, PlannedOrder, plan

__all__ = ["FATES", "KEYS", "Fate", "PlacedOrder", "PlannedOrder", "app", "plan", "run"]
