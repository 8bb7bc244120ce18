"""The narrative of a CDA as text: nothing lost, nothing moved to another column, nothing wider than 80."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from passerelle.core.documents import narrative
from passerelle.core.documents.narrative import grid
from passerelle.core.errors import MalformedError

WORDS = st.text("abcdefgé,.<>&'0123456789", min_size=1, max_size=30)
PHRASES = st.lists(WORDS, max_size=6).map(" ".join)


def lines(inner: str, media: Mapping[str, str] | None = None) -> tuple[str, ...]:
    return narrative.lines(etree.fromstring(f'<text xmlns="urn:hl7-org:v3">{inner}</text>'), media=media)


@st.composite
def inlines(draw: st.DrawFn) -> etree._Element:
    element = etree.Element(draw(st.sampled_from(["content", "linkHtml", "sub", "footnote", "unknown"])))
    element.text = " " + draw(PHRASES) + " "
    element.tail = " " + draw(PHRASES) + " "
    return element


@st.composite
def tables(draw: st.DrawFn) -> etree._Element:
    table = etree.Element("table")
    for group in draw(st.lists(st.sampled_from(["thead", "tbody", "tfoot"]), min_size=1, max_size=3)):
        holder = etree.SubElement(table, group)
        for _ in range(draw(st.integers(0, 4))):
            row = etree.SubElement(holder, "tr")
            for _ in range(draw(st.integers(0, 5))):
                cell = etree.SubElement(row, draw(st.sampled_from(["td", "th"])))
                cell.text = draw(PHRASES)
                cell.set("rowspan", str(draw(st.integers(0, 4))))
                cell.set("colspan", str(draw(st.integers(0, 4))))
                if draw(st.integers(0, 9)) == 0:
                    cell.append(draw(tables()))
    table.tail = draw(PHRASES)
    return table


@st.composite
def narratives(draw: st.DrawFn) -> etree._Element:
    root = etree.Element("text")
    root.text = draw(PHRASES)
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["inline", "table", "paragraph", "list", "br"]))
        if kind == "table":
            root.append(draw(tables()))
        elif kind == "list":
            holder = etree.SubElement(root, "list", listType=draw(st.sampled_from(["ordered", "unordered"])))
            for _ in range(draw(st.integers(0, 3))):
                etree.SubElement(holder, "item").append(draw(inlines()))
        else:
            holder = etree.SubElement(root, kind if kind != "inline" else "content")
            holder.append(draw(inlines()))
    return root


@settings(max_examples=60, deadline=None)
@given(narratives(), st.integers(50, narrative.WIDTH))
def test_every_word_of_the_source_is_in_the_text_and_no_line_is_too_wide(root: etree._Element, width: int) -> None:
    text = narrative.lines(root, width)
    assert all(len(line) <= width for line in text)
    said = set(" ".join(text).split())
    for element in root.iter():
        for piece in (element.text, element.tail):
            assert set((piece or "").split()) <= said, etree.tostring(root)


def test_a_rowspan_keeps_values_out_of_the_label_column() -> None:
    inner = (
        "<table><thead><tr><th>Examen</th><th>Résultat</th><th>Unité</th></tr></thead><tbody>"
        '<tr><td rowspan="2">Glycémie</td><td>0.90</td><td>g/L</td></tr><tr><td>5.0</td><td>mmol/L</td></tr>'
        "<tr><td>Urée</td><td>0.30</td><td>g/L</td></tr></tbody></table>"
    )
    assert lines(inner) == (
        "Examen   | Résultat | Unité",
        "---------+----------+-------",
        "Glycémie | 0.90     | g/L",
        "         | 5.0      | mmol/L",
        "Urée     | 0.30     | g/L",
    )


def test_a_colspan_covers_its_columns() -> None:
    inner = (
        '<table><tr><td>a</td><td>b</td></tr><tr><td colspan="2">tout</td></tr><tr><td>c</td><td>d</td></tr></table>'
    )
    assert lines(inner) == ("a | b", "tout", "c | d")


def test_a_colspan_does_not_run_over_a_rowspan_from_above() -> None:
    inner = '<table><tr><td>a</td><td>b</td><td rowspan="2">c</td></tr><tr><td colspan="3">d</td></tr></table>'
    assert lines(inner) == ("a | b | c", "d     |")


def test_rows_and_columns_that_say_nothing_take_no_room() -> None:
    inner = "<table><tr><td>a</td><td/><td>b</td></tr><tr><td/><td/><td/></tr></table>"
    assert lines(inner) == ("a | b",)


def test_a_table_too_wide_becomes_records_with_its_headings() -> None:
    heads = "".join(f"<th>Colonne {number}</th>" for number in range(1, 8))
    cells = "".join(f"<td>valeur-longue-{number}</td>" for number in range(1, 8))
    text = lines(f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>")
    assert text[0] == "Colonne 1 : valeur-longue-1"
    assert text[1:] == tuple(f"  Colonne {number} : valeur-longue-{number}" for number in range(2, 8))


def test_a_record_repeats_what_spans_its_row_and_shows_a_heading_without_value() -> None:
    heads = "".join(f"<th>Colonne numéro {name}</th>" for name in "abcdef")
    rows = (
        '<tr><td rowspan="2">Glycémie</td><td>un-deux-trois-1</td><td>x</td><td>y</td><td>z</td><td/></tr>'
        "<tr><td>un-deux-trois-2</td><td>x</td><td>y</td><td>z</td><td/></tr>"
    )
    text = lines(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    assert text.count("Colonne numéro a : Glycémie") == 2
    assert "  Colonne numéro f :" in text


def test_lists_are_marked_and_nested_ones_indented() -> None:
    inner = (
        '<list listType="ordered"><caption>Traitement</caption><item>Repos</item>'
        "<item>Glace<list><item>matin</item></list></item></list>"
    )
    assert lines(inner) == ("Traitement", "1. Repos", "2. Glace", "  - matin")


def test_line_breaks_and_paragraphs_are_kept() -> None:
    assert lines("un<br/>deux<paragraph>trois</paragraph>quatre") == ("un", "deux", "trois", "quatre")


def test_powers_deletions_links_notes_and_files_are_told() -> None:
    assert lines("4.5 10<sup>12</sup>/L, H<sub>2</sub>O") == ("4.5 10^12/L, H2O",)
    assert lines("10<sup>-3</sup> 2<sup>+</sup> Na<sup>+</sup> m<sup>2</sup>") == ("10^-3 2^+ Na+ m2",)
    assert lines('<content revised="delete">non</content> oui') == ("[supprimé : non] oui",)
    assert lines('<linkHtml href="https://site.example/a">site</linkHtml>') == ("site <https://site.example/a>",)
    assert lines('<linkHtml href="#bas">bas</linkHtml>') == ("bas",)
    assert lines('a<footnote ID="n">note</footnote> b<footnoteRef IDREF="n"/>') == ("a (1) b (1)", "(1) note")
    media = {"IMG": "IMG.png"}
    assert lines('<renderMultiMedia referencedObject="IMG"/>', media=media) == ("[Pièce jointe : IMG.png]",)


def test_comments_say_nothing_and_accents_are_composed() -> None:
    assert lines("a<!-- secret -->b <?x y?>e\u0301") == ("ab é",)


def test_a_word_wider_than_the_page_is_cut_in_linear_time() -> None:
    text = lines("x" * 400_000)
    assert "".join(text) == "x" * 400_000
    assert max(map(len, text)) == 80


def test_a_caption_a_stray_text_and_a_footer_are_not_lost() -> None:
    inner = "<table><caption>Titre</caption>perdu<tfoot><tr><td>pied</td></tr></tfoot><tr><td>corps</td></tr></table>"
    assert lines(inner) == ("Titre", "perdu", "corps", "pied")


def test_an_absurd_colspan_is_held_to_a_cap() -> None:
    assert lines('<table><tr><td colspan="9999">a</td><td rowspan="999999999">b</td></tr></table>') == ("a | b",)


@pytest.mark.parametrize(("columns", "refused"), [(grid.MOST_COLUMNS, False), (grid.MOST_COLUMNS + 1, True)])
def test_a_table_has_a_cap_on_its_slots(columns: int, refused: bool) -> None:  # noqa: FBT001 - a parameter of a table
    rows = grid.MOST_SLOTS // grid.MOST_COLUMNS
    row = f'<tr><td colspan="{grid.MOST_COLUMNS}"/></tr>'
    extra = '<tr><td colspan="1"/></tr>' * (columns - grid.MOST_COLUMNS)
    inner = f"<table>{row * rows}{extra}</table>"
    if not refused:
        assert lines(inner) == ()
        return
    with pytest.raises(MalformedError) as caught:
        lines(inner)
    assert caught.value.code == "narrative.table"


@pytest.mark.parametrize("cell", ["td", "th"])
def test_one_long_row_and_many_short_ones_are_as_many_slots_as_they_span(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "MOST_SLOTS", 100)
    one = f"<{cell}>a</{cell}>"
    assert lines(f"<table><tr>{one * 10}</tr>{f'<tr>{one}</tr>' * 9}</table>")
    with pytest.raises(MalformedError) as caught:
        lines(f"<table><tr>{one * 10}</tr>{f'<tr>{one}</tr>' * 10}</table>")
    assert caught.value.code == "narrative.table"


def test_nothing_is_said_for_no_narrative() -> None:
    assert narrative.lines(None) == ()
    assert lines("  ") == ()
