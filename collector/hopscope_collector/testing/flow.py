"""What a test says of one flow. A message shows the whole flow: the log of CI is enough to understand it."""

from collections import Counter
from collections.abc import Collection, Mapping
from difflib import ndiff
from textwrap import dedent, indent

from hopscope_collector.flow import Flow, FlowStatus, Hop
from hopscope_collector.shape.times import duration
from hopscope_collector.testing.drawn import drawn, shape_of
from hopscope_collector.testing.limits import within_us
from hopscope_collector.testing.paths import missed, names_of

__tracebackhide__ = True  # pytest shows the line of the test, not ours


class FlowUnderTest:
    """One flow, as it was when it had settled.

    Its assertions return it, so that they can be written one after the other.
    """

    __test__ = False

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        """Everything that is known of it: hops, sends, links, waits."""

    def __repr__(self) -> str:
        return drawn(self.flow)

    @property
    def status(self) -> FlowStatus:
        """As docs/statuses.md has it."""
        return self.flow.status

    @property
    def shape(self) -> str:
        """Who led to whom, without times and ids: the same in every run."""
        return shape_of(self.flow)

    @property
    def functions(self) -> list[str]:
        """In the order of their first hop."""
        return list(dict.fromkeys(hop.function for hop in self.flow.hops))

    def hops(self, function: str) -> list[Hop]:
        """Every attempt of a function, earliest first."""
        return [hop for hop in self.flow.hops if hop.function == function]

    def assert_done(self) -> "FlowUnderTest":
        """Everything in it is done, nothing failed on the way, nothing was handled twice."""
        return self.assert_status("done")

    def assert_status(self, *expected: FlowStatus) -> "FlowUnderTest":
        """It has one of these statuses."""
        if self.status not in expected:
            self._fail(f"the flow is {self.status}; expected {' or '.join(expected)}")
        return self

    def assert_path(self, path: str) -> "FlowUnderTest":
        """One led to another as `place-order > order_placed > notify-restaurant` says; see `paths`."""
        names = names_of(path)
        if not names:
            raise ValueError(f"{path!r} names nothing; expected such as 'place-order > order_placed > notify-user'")
        gap = missed(self.flow, names)
        if gap is not None:
            reached = " > ".join(gap.reached) or "nothing"
            found = ", ".join(gap.found) or "nothing"
            self._fail(
                f"the flow does not go along {' > '.join(names)}",
                f"reached   {reached}", f"expected  {gap.expected}", f"found     {found}",
            )  # fmt: skip
        return self

    def assert_shape(self, expected: str) -> "FlowUnderTest":
        """It has exactly this `shape`, line by line; indentation of the whole text does not count."""
        wanted = dedent(expected).strip("\n").rstrip().splitlines()
        found = self.shape.splitlines()
        if wanted != found:
            lines = (line for line in ndiff(wanted, found) if not line.startswith("?"))
            self._fail("the flow has another shape (- expected, + found)", *(line.rstrip() for line in lines))
        return self

    def assert_hops(self, expected: Mapping[str, int]) -> "FlowUnderTest":
        """These functions ran so often, each attempt counted; no others did."""
        found = Counter(hop.function for hop in self.flow.hops)
        names = sorted({*expected, *found})
        wrong = [f"{name}: expected {expected.get(name, 0)}, found {found[name]}" for name in names
                 if expected.get(name, 0) != found[name]]  # fmt: skip
        if wrong:
            self._fail("other functions ran than expected, or not as often", *wrong)
        return self

    def assert_attempts(self, function: str, expected: int) -> "FlowUnderTest":
        """The function needed so many attempts, at one message or at several."""
        found = len(self.hops(function))
        if found != expected:
            self._fail(f"{function} ran {found} times; expected {expected}")
        return self

    def assert_not_seen(self, *functions: str) -> "FlowUnderTest":
        """None of these functions ran."""
        seen = [each for each in functions if self.hops(each)]
        if seen:
            self._fail(f"{', '.join(seen)} ran; expected not to")
        return self

    def assert_order(self, *functions: str) -> "FlowUnderTest":
        """They began in this order, each one's first attempt counted. Clocks of different machines may disagree."""
        missing = [each for each in functions if not self.hops(each)]
        if missing:
            self._fail(f"{', '.join(missing)} did not run; expected {' before '.join(functions)}")
        found = sorted(functions, key=lambda each: self.hops(each)[0].started_us)
        if found != list(functions):
            self._fail(
                "the order is another one",
                f"expected  {' before '.join(functions)}",
                f"found     {' before '.join(found)}",
            )
        return self

    def assert_links_exact(self, but: Collection[str] = ()) -> "FlowUnderTest":
        """An id proves how every function was reached, but those named; only one hop may begin the flow."""
        guessed = [link for link in self.flow.links if not link.is_exact]
        hops = {hop.id: hop.function for hop in self.flow.hops}
        wrong = [
            f"{hops[link.to_id]} by {link.evidence[0]} ({link.detail})"
            for link in guessed
            if hops[link.to_id] not in but
        ]
        linked = {link.to_id for link in self.flow.links}
        begins = [hop.function for hop in self.flow.hops if hop.id not in linked and hop.function not in but]
        if wrong or len(begins) > 1:
            loose = [f"{each} begins without a link" for each in begins] if len(begins) > 1 else []
            self._fail("not every link is proven by an id", *wrong, *loose)
        return self

    def assert_took_less_than(self, limit: str) -> "FlowUnderTest":
        """From its beginning to the last thing known of it, such as `5s` or `1m30s`."""
        ends = [hop.ended_us or hop.started_us for hop in self.flow.hops]
        took_us = max(ends) - self.flow.started_us
        if took_us >= within_us(limit):
            self._fail(f"the flow took {duration(took_us)}; expected less than {limit}")
        return self

    def assert_errors(self, *types: str) -> "FlowUnderTest":
        """Exactly these errors were raised, by type, in any order; none when none is named."""
        found = sorted(hop.error.type for hop in self.flow.hops if hop.error is not None)
        if found != sorted(types):
            self._fail(f"raised: {', '.join(found) or 'nothing'}; expected {', '.join(sorted(types)) or 'nothing'}")
        return self

    def _fail(self, *lines: str) -> None:
        """As an assertion does, with the flow below."""
        first, *rest = lines
        raise AssertionError("\n".join([first, *(f"  {line}" for line in rest), "", indent(drawn(self.flow), "  ")]))
