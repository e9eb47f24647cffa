"""`hopscope flows` reads page after page: pages that end early are no end of the list."""

from hopscope_collector.query import Page
from hopscope_collector.search.filter import parsed
from hopscope_collector.store.contract import Seen
from hopscope_tui import answers
from hopscope_tui.lists import listing


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


def test_a_list_on_a_screen_reads_on_where_nothing_fitted(monkeypatch):
    """A filter that hardly anything fits: one reading ends after a moment, the next one goes on."""
    monkeypatch.setattr(listing, "SEARCHED_S", -1.0)
    places = [Seen(3, "x", "t"), Seen(2, "x", "t"), None]

    class Pages:
        def page(self, _wanted, _limit, after=None):
            return Page((), places[places.index(after) + 1 if after else 0], looked_at=0, is_partial=True)

    found = listing.Listing(Pages(), parsed("fn:nobody"))
    whole = []
    for _ in places:
        found.reach(10)
        whole.append(found.is_whole)

    assert whole == [False, False, True]
