"""Columns stand where the reader's do: in the characters that HPRIM has, not in those of the CDA."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from passerelle.core.documents import hprim, narrative
from passerelle.core.documents.hprim import charset
from passerelle.core.documents.narrative.layout import wrap
from tests.core.documents.synthetic import LETTER

WORDS = st.text("abœ…€é≤’α\u200be\u0301", min_size=1, max_size=12)
CELLS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def written(text: tuple[str, ...]) -> list[str]:
    """Return a narrative as the reader of HPRIM has it."""
    content, _ = hprim.write((replace(LETTER, text=text, results=()),), "Dr A", "Dr B")
    return content.decode("latin-1").split("\r\n")


def table(rows: list[list[str]]) -> tuple[str, ...]:
    root = etree.fromstring('<text xmlns="urn:hl7-org:v3"><table/></text>')
    body = etree.SubElement(root[0], "{urn:hl7-org:v3}tbody")
    for row in rows:
        line = etree.SubElement(body, "{urn:hl7-org:v3}tr")
        for cell in row:
            etree.SubElement(line, "{urn:hl7-org:v3}td").text = cell
    return narrative.lines(root)


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("cœur", 5), ("1…", 4), ("é", 1), ("e\u0301", 1), ("a\u200bb", 2), ("", 0)]
)
def test_a_text_has_as_many_columns_as_the_reader_sees(text: str, columns: int) -> None:
    assert charset.columns(text) == columns == len(charset.fit(text)[0])


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=5))
def test_bars_stand_under_each_other_whatever_the_cells_hold(rows: list[list[str]]) -> None:
    drawn = [line for line in written(table(rows)) if " | " in line or line.endswith(" |")]
    if drawn:  # else it is too wide, and told in records
        places = [[place for place, sign in enumerate(line) if sign == "|"] for line in drawn]
        longest = max(places, key=len)
        assert all(one == longest[: len(one)] for one in places)


def test_a_table_that_fills_the_page_stays_one_once_it_is_spelled_out() -> None:
    rows = [["Œdème", "x" * 35, "y" * 30], ["cœur…", "x", "y"]]
    assert [line.count("|") for line in written(table(rows)) if "|" in line] == [2, 2]


@given(st.lists(WORDS, max_size=40).map(" ".join), st.integers(8, 80))
def test_no_wrapped_line_is_wider_for_the_reader_than_the_page(text: str, width: int) -> None:
    pieces = wrap(text, width)
    assert all(len(charset.fit(piece)[0]) <= width for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def row(*cells: str, span: int = 1, tag: str = "td") -> str:
    return "<tr>" + "".join(f'<{tag} colspan="{span}">{cell}</{tag}>' for cell in cells) + "</tr>"


def test_a_cell_over_many_columns_of_a_record_is_a_line_under_it() -> None:
    heads, values = ("Médicament", "Fréquence", "Dose", "Rythme", "Voie", "Hors AMM"), tuple("x" * 20 for _ in range(6))
    rows = row(*heads, tag="th") + row(*values) + row("Instruction au patient", "au cours d'un repas", span=3)
    text = etree.fromstring(f'<text xmlns="urn:hl7-org:v3"><table><tbody>{rows}</tbody></table></text>')
    assert narrative.lines(text)[-3:] == (f"  Hors AMM : {'x' * 20}", "Instruction au patient", "  au cours d'un repas")


def test_a_short_cell_beside_a_broad_one_is_its_title() -> None:
    heads, values = ("Durée", "Médicament", "Dose", "Rythme", "Voie"), tuple("x" * 20 for _ in range(5))
    remark = "<tr><td>Notes du dispensateur</td><td colspan='4'>Averti.</td></tr>"
    rows = row(*heads, tag="th") + row(*values) + remark
    text = etree.fromstring(f'<text xmlns="urn:hl7-org:v3"><table><tbody>{rows}</tbody></table></text>')
    assert narrative.lines(text)[-2:] == ("Notes du dispensateur", "  Averti.")


def test_a_heading_that_no_other_row_shows_stays_before_a_broad_cell() -> None:
    heads = tuple(f"Colonne {number} {'y' * 20}" for number in range(5))
    rows = row(*heads, tag="th") + row("tout", span=4)
    text = etree.fromstring(f'<text xmlns="urn:hl7-org:v3"><table><tbody>{rows}</tbody></table></text>')
    assert all(head in " ".join(" ".join(narrative.lines(text)).split()) for head in heads)


def test_two_lines_of_a_cell_stay_two_in_a_record() -> None:
    heads = tuple(f"Colonne {number} {'y' * 20}" for number in range(4))
    cells = ("3 fois/j pendant 2 jours<br/>2 fois/j pendant 4 jours", *("x" * 20 for _ in range(3)))
    rows = row(*heads, tag="th") + row(*cells)
    text = etree.fromstring(f'<text xmlns="urn:hl7-org:v3"><table><tbody>{rows}</tbody></table></text>')
    assert narrative.lines(text)[:2] == (f"{heads[0]} : 3 fois/j pendant 2 jours", "  2 fois/j pendant 4 jours")
