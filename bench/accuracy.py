"""How right stitching is, by what befell messages and records: links given against what really happened.

    python bench/accuracy.py [ORDERS]

precision   of the exact links given, how many are so: must be 1
recall      of the links that the surviving records prove, how many were given: must be 1
seen        of all links between hops that are known, how many were given exactly; the rest has no proof left
melted      flows that hold hops of two orders: 0, but where all of a batch is lost and only its Root is left behind
torn        orders in more than one flow: no surviving record joins the pieces

The second table tells, by the strongest evidence of each link, how many were given and what share of them is so.
"""

import sys
import time

from ground_truth import Conditions, Faults, Verdict, World, damaged, judged

from hopscope_collector.flow import EVIDENCE_ORDER
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of

NOTHING = Faults()
CASES = {
    "nothing": (Conditions(), NOTHING),
    "disorder, repetition": (Conditions(), Faults(disorder=True, repetition=0.5)),
    "5 % of records lost": (Conditions(), Faults(loss=0.05, disorder=True)),
    "30 % of records lost": (Conditions(), Faults(loss=0.30, disorder=True)),
    "clocks ± 10 s": (Conditions(), Faults(skew_s=10, disorder=True)),
    "30 % without a carrier": (Conditions(carried=0.7), NOTHING),
    "propagation off": (Conditions(carried=0), NOTHING),
    "propagation off, no batches": (Conditions(carried=0, max_batch=1), NOTHING),
    "30 % without refs": (Conditions(refs_lost=0.3), NOTHING),
    "30 % without either": (Conditions(carried=0.7, refs_lost=0.3, roots_lost=0.3), NOTHING),
    "all of it": (Conditions(carried=0.7, refs_lost=0.1, roots_lost=0.3), Faults(0.1, 0.3, disorder=True, skew_s=10)),
}
SEED = 7
MOST_MELTED = 0.005
"""Share of orders. A Root without its hop may be that of a batch; not to believe it would tear every flow that begins
in a function without the layer."""


def main(orders: int) -> int:
    """Print both tables; 1 when an exact link was wrong or missed, or flows melted."""
    print(f"{orders:,} orders")
    print(
        f"{'what befell them':<28}{'hops':>8}{'precision':>10}{'recall':>8}{'seen':>7}"
        f"{'melted':>8}{'torn':>7}{'CPU µs a hop':>14}"
    )
    verdicts: dict[str, Verdict] = {}
    for name, (conditions, faults) in CASES.items():
        truth = World(SEED, conditions).run(orders)
        arrived = damaged(truth.records, faults, SEED)
        began = time.process_time()
        flows = flows_of(arrived, now_us=truth.now_us, rules=Rules())
        took_us = (time.process_time() - began) * 1e6 / len(truth.flow_of)
        verdict = verdicts[name] = judged(truth, arrived, flows)
        print(
            f"{name:<28}{len(truth.flow_of):>8,}{verdict.precision:>10.4f}{verdict.recall:>8.4f}{verdict.seen:>7.3f}"
            f"{verdict.melted:>8}{verdict.torn:>7}{took_us:>14.1f}"
        )
    print(f"\n{'links by evidence':<28}" + "".join(f"{kind:>17}" for kind in EVIDENCE_ORDER))
    for name, verdict in verdicts.items():
        print(f"{name:<28}" + "".join(f"{_share(*verdict.by_evidence[kind]):>17}" for kind in EVIDENCE_ORDER))
    is_right = (each.precision == each.recall == 1 for each in verdicts.values())
    return int(not all(is_right) or any(each.melted > MOST_MELTED * orders for each in verdicts.values()))


def _share(given: int, right: int) -> str:
    return f"{given:,} {right / given:.3f}" if given else "-"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
