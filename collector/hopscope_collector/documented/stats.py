"""The counters of a store as the documented JSON (pure)."""

from collections.abc import Mapping
from dataclasses import asdict

from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.store.contract import Stats


def stats_json(stats: Stats) -> Mapping[str, object]:
    """What `hopscope stats --json` prints; `received = stored + repeated + sum(refused)`."""
    return {
        "hopscope": CONTRACT_VERSION,
        "received": stats.received,
        "stored": stats.stored,
        "repeated": stats.repeated,
        "refused": dict(sorted(stats.refused.items())),
        "examples": {reason: asdict(example) for reason, example in sorted(stats.examples.items())},
        "kept": stats.kept,
        "pruned": stats.pruned,
        "facts": stats.facts,
        "oldest_us": stats.oldest_us,
        "newest_us": stats.newest_us,
    }
