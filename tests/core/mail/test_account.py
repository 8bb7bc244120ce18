"""The account of what could not be carried: French, short, without a word of the mail."""

import pytest

from passerelle.core.mail.account import MOST_LINES, TITLE, french, lines, places
from passerelle.core.message import Loss

CUT = Loss("hprim.cut", "document 1, line 2", "The field holds 50 characters.", "Its beginning.")


def test_nothing_lost_is_nothing_said() -> None:
    assert lines(()) == ()


def test_a_loss_says_where_why_and_what_instead_in_french() -> None:
    assert lines((CUT,)) == (
        TITLE,
        "-" * len(TITLE),
        "- document 1, ligne 2 : La zone est trop longue (au plus 50 caractères). À la",
        "  place : Son début.",
    )


def test_the_same_loss_at_many_places_is_told_once() -> None:
    many = [Loss("hprim.cut", f"document {number}, line 2", CUT.why, CUT.instead) for number in range(1, 8)]
    told = " ".join(" ".join(lines(many)[2:]).split())
    assert told.count("La zone est trop longue") == 1
    assert "document 5, ligne 2 et 2 autres :" in told
    assert "document 6" not in told


@pytest.mark.parametrize(("items", "cut"), [(MOST_LINES, False), (MOST_LINES + 1, True)])
def test_the_account_ends_at_its_cap_and_says_so(items: int, cut: bool) -> None:  # noqa: FBT001 - a case
    found = lines(Loss("no.such", "x", f"Why {number}.", "y.") for number in range(items))
    assert len(found) == MOST_LINES + 2
    assert ("la suite" in found[-1]) is cut


def test_lines_fit_readers_of_80_columns_and_latin_1() -> None:
    told = lines((Loss("hprim.cut", "document 1, line 2", "The field holds 50000 characters.", "Its beginning."),))
    assert all(len(line) <= 80 for line in told)
    assert "50 000" in " ".join(told)
    "".join(told).encode("latin-1")


def test_places_are_named_once_and_five_of_them() -> None:
    where = [f"document {number}, line 2" for number in (1, 1, 2, 3, 4, 5, 6, 7)]
    assert places(where) == (
        "document 1, line 2; document 2, line 2; document 3, line 2; document 4, line 2; document 5, line 2; 2 more"
    )


@pytest.mark.parametrize("stranger", ["document 1, DUPONT", "Jeanne", "x" * 61, "1" * 61])
def test_a_place_with_any_other_word_is_not_for_the_ledger(stranger: str) -> None:
    assert places([stranger, "message 1, LAB line 2"]) == "message 1, LAB line 2"
    assert places([stranger]) == ""


def test_a_number_that_is_not_known_is_left_out_with_its_parentheses() -> None:
    assert french(Loss("hprim.cut", "line 2", "", "")).why == "La zone est trop longue."
