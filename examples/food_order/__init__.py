"""The food order: choreographed, and as a state machine."""

from .deployment import KEYS, RULES, app, rules_of
from .driver import PlacedOrder, run
from .plan import FATES, Fate, PlannedOrder, plan

__all__ = ["FATES", "KEYS", "RULES", "Fate", "PlacedOrder", "PlannedOrder", "app", "plan", "rules_of", "run"]
