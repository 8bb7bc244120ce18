"""Charts: bars of the right width, and words for who does not see them."""

from passerelle.adapters.page import charts
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Tally
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import waiting


def test_charts_say_in_words_what_they_show() -> None:
    visitor = Visitor()
    waiting(visitor.gateway)
    outline = Outline(visitor.get("/en/").text)
    pictures = [one for one in outline.all("svg") if one.get("role") == "img"]
    ids = {str(one["id"]) for tag in ("title", "desc") for one in outline.all(tag) if "id" in one}
    assert {name for one in pictures for name in str(one["aria-labelledby"]).split()} == ids
    assert ("1 waiting" in outline.words, len(pictures)) == (True, 14)


def test_bars_have_the_width_of_their_part() -> None:
    today = Visitor().gateway.office.clock.now.date()
    counts = {(State.ACCEPTED, "a"): 2, (State.RECEIPTED, ""): 1, (State.HELD, "b"): 1}
    full, empty = charts.bars((Tally(today), Tally(today, counts)))
    assert [(part.kind, part.number, part.start, part.width) for part in full.parts] == [
        ("arrived", 3, 0, 750),
        ("waiting", 1, 750, 250),
    ]
    assert empty.parts == ()
    assert set(charts.KINDS) == set(State)
