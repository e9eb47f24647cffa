"""`hopscope flows` reads page after page: pages that end early are no end of the list."""

from hopscope_collector.query import Page
from hopscope_collector.store.contract import Seen
from hopscope_tui import answers


def pages(*found):
    """Pages that hold these flows, one after another; the last one is the end."""
    rest = list(found)

    def page_of(limit, after):
        flows = rest.pop(0)[:limit]
        return Page(flows, Seen(1, "x", "t") if rest else None, looked_at=4_000, is_partial=not flows)

    return page_of


def test_an_empty_page_that_goes_on_is_not_the_end():
    found = answers._read_on(pages((), (), ("a flow",)), 10)

    assert (found.flows, found.has_more, found.is_partial, found.reached_us) == (("a flow",), False, False, None)


def test_it_ends_with_enough():
    found = answers._read_on(pages(("one", "two"), ("three",)), 2)

    assert (found.flows, found.has_more, found.is_partial) == (("one", "two"), True, False)


def test_it_says_so_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE_S", -1.0)

    found = answers._read_on(pages((), ("one",)), 2)

    assert (found.flows, found.has_more, found.is_partial, found.reached_us) == ((), True, True, 1)
