"""Nothing runs out unannounced."""

from datetime import timedelta

import pytest

from passerelle.core.trust import crl, expiry, white_list
from passerelle.core.trust.expiry import Term
from tests.vectors import pki

NOW = pki.NOW
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("life", "left", "step"),
    [
        (365, 61, None),
        (365, 60, 60),
        (365, 31, 60),
        (365, 30, 30),
        (365, 8, 30),
        (365, 7, 7),
        (365, 0.1, 7),
        (365, 0, 0),
        (365, -1, 0),
        (90, 60, 60),
        (45, 44, None),
        (45, 30, 30),
        (30, 29, None),  # of its first days nobody is told
        (13, 7, None),
        (7, 1.75, 7),
        (7, 1.8, None),
        (1, 0.3, None),
        (1, 0.25, 7),
        (1, 0, 0),
    ],
)
def test_a_term_is_told_of_60_30_and_7_days_before_and_a_short_one_in_its_last_quarter(
    life: float, left: float, step: int | None
) -> None:
    until = NOW + left * DAY
    assert Term("x", until - life * DAY, until).step(NOW) == step


def test_each_term_stands_under_one_step() -> None:
    terms = [Term(str(left), NOW - 300 * DAY, NOW + left * DAY) for left in (90, 50, 20, 5, 0)]
    assert expiry.due(terms, NOW) == {60: ["50"], 30: ["20"], 7: ["5"], 0: ["0"]}
    assert expiry.due([], NOW) == {60: [], 30: [], 7: [], 0: []}


def test_certificates_lists_and_the_white_list_have_terms() -> None:
    (one, other) = expiry.of_certificates("anchors", (pki.root().certificate, pki.authority().certificate))
    assert (one.label, other.label, one.until) == ("anchors 1", "anchors 2", pki.UNTIL)
    (listed,) = expiry.of_lists("crls", [crl.load(pki.revocations(pki.Listing(), pki.root()))])
    assert (listed.since, listed.until) == (pki.Listing().since, pki.Listing().until)
    kept = white_list.Kept(white_list.gathered(NOW, []), NOW)
    assert expiry.of_white_list(kept).until == NOW + white_list.LONGEST_AGE
