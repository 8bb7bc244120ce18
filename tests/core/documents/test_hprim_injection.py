"""No text of a document can make a marker, a result, a line of the header or a message, for any reader there is."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hprim
from passerelle.core.message import Code, Document, Identifier, Kind, Measure, Patient, PostalAddress, Result
from tests.core.documents.hprim_files import NOW
from tests.core.documents.hprim_letters import GLUCOSE, LETTER, lines, patient, written

MARKS = ("****LAB****", "****FIN****", "****FINFICHIER****")
STARS = "*＊∗⁎✱٭﹡※"
PIPES = "|｜∣￨¦│ǀ❘❙"
ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e\u034f\x00\x08"
PIECES = (
    *("****FIN****", "****FINFICHIER****", "****LAB****", "****fin****", "* * * * FIN * * * *", "FIN", "LAB"),
    *("****", "RES|", "TEX|", "res |", "ＲＥＳ｜", "ＦＩＮ", "R\u0301ES|", "ﬁn", "H|^~\\&", "$APICRYPT", "#DESTBEGIN#"),
    *("&#42;&#42;&#42;&#42;FIN&#42;&#42;&#42;&#42;", "&ast;" * 4, "&#124;", "&vert;", "&#10;", "&NewLine;", "<br>"),
    *("<BR />", "RES&#124;", "é", "a", "01/02/2003", "2810559999999", " ", "\t", "\xa0", "\u3000", *STARS, *PIPES),
    *(*ENDS, *UNSEEN),
)
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def hostile(one: str, two: str, three: str) -> Document:
    """Return a document with a hostile text wherever a text can stand."""
    return replace(
        LETTER,
        title=one,
        file_number=two,
        text=(one, two + three, three),
        patient=Patient(
            *("A" + one, "B" + two, date(1981, 5, 4)),
            birth_family=three,
            insured=one,
            birth_place=two,
            local_ids=(Identifier("1.2.3", three),),
            address=PostalAddress((one, two, three), one, two),
        ),
        results=(
            replace(GLUCOSE, label=one, codes=(Code(two, ""), Code(three, "2.16.840.1.113883.6.1")), remarks=(three,)),
            Result(two, Kind.TEXT, Measure(two, three, None, one, two), Measure(one, two), flag=three, chapter=one),
        ),
    )


def body_of(one: str, two: str, three: str) -> str:
    return hprim.write((hostile(one, two, three),), one, two, three, (one, two))[0].decode("latin-1")


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=150)
def test_no_text_makes_a_marker_a_result_or_a_line_of_the_header(one: str, two: str, three: str) -> None:
    body = body_of(one, two, three)
    found = body.split("\r\n")
    assert body.count("\r") == body.count("\n") == body.count("\r\n")
    assert body.splitlines() == found[:-1]  # VT, FF, FS, GS, RS, NEL, LS, PS end a line for some readers
    assert (found[6], found[12], found[-3:]) == ("04/05/1981", "", ["****FIN****", "****FINFICHIER****", ""])
    assert not any("|" in line for line in found[:13])
    before, after = found[: found.index("****LAB****")], found[found.index("****LAB****") + 1 : -3]
    assert not any(re.match(r"\s*(RES|TEX)\s*\|", line, re.IGNORECASE) for line in before)
    assert [line.count("|") for line in after if line.startswith("RES")] == [13, 13]
    assert all(line == "TEX" or line.startswith(("TEX|", "RES|")) for line in after)
    assert all(line.count("|") == 1 for line in after if line.startswith("TEX|"))
    assert not re.search(r"[$#](?:APICRYPT|DEST)", body)


READERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "without regard to case": str.upper,
    "in compatible characters (NFKC)": lambda body: unicodedata.normalize("NFKC", body),
    "with entities undone": html.unescape,
    "with entities undone twice": lambda body: html.unescape(html.unescape(body)),
    "with HTML broken into lines": lambda body: re.sub(r"<br\s*/?>", "\r\n", html.unescape(body), flags=re.IGNORECASE),
    "without accents": lambda body: re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", body)),
}


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=60)
def test_whatever_a_reader_makes_of_the_characters_there_is_one_of_each_marker(one: str, two: str, three: str) -> None:
    body = body_of(one, two, three)
    for name, undo in READERS.items():
        read = undo(body).upper()
        assert [read.count(mark) for mark in MARKS] == [1, 1, 1], name
        results = [line for line in read.splitlines() if line.lstrip().startswith("RES|")]
        assert [line.count("|") for line in results] == [13, 13], name


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=60)
def test_our_own_reader_finds_one_patient_and_the_two_results(one: str, two: str, three: str) -> None:
    document = hostile(one, two, three)
    content, _ = hprim.write((document,), one, two, three)
    found = hprim.read(content, NOW)
    assert len(found.documents) == 1
    assert found.rest == ""
    assert found.documents[0].patient.birth_date == date(1981, 5, 4)
    assert len(found.documents[0].results) + [loss.what for loss in found.losses].count("hprim.result-empty") == 2
    assert "hprim.no-lab" not in {loss.what for loss in found.losses}


@pytest.mark.parametrize("star", STARS)
@pytest.mark.parametrize("pipe", PIPES)
def test_what_looks_like_a_star_or_a_bar_is_neither(star: str, pipe: str) -> None:
    body, _ = written(replace(LETTER, text=(star * 4 + "FIN" + star * 4, f"RES{pipe}Fer{pipe}{pipe}N{pipe}9")))
    assert body.count("****FIN****") == 1
    assert "\r\nRES/Fer" in body or "\r\nRES?Fer" in body or "\r\nRES¦Fer" in body


@pytest.mark.parametrize("end", ENDS)
def test_nothing_in_a_text_ends_a_line_and_begins_a_marker(end: str) -> None:
    body, losses = written(replace(LETTER, text=(f"a{end}****FIN****",), title=f"b{end}RES|Fer"))
    assert body.splitlines() == body.split("\r\n")[:-1]
    assert body.count("****FIN****") == 1
    assert "text.marker" in losses


def test_entities_and_breaks_of_html_are_shown_as_they_were_written_and_said() -> None:
    body, losses = written(replace(LETTER, text=("R&D <b> &eacute; &#42;", "a<br/>b", "x < br & co;")))
    assert "R&D <b> & eacute; & #42;\r\na< br/>b\r\nx < br & co;\r\n" in body
    assert losses == ["text.marker"]


def test_a_patient_code_with_a_bar_is_left_out_and_never_another_code() -> None:
    document = patient(local_ids=(Identifier("1.2.3", "H|^~\\&"),))
    assert lines(document)[0] == "."
    assert written(document)[1] == ["patient.local-id"]
