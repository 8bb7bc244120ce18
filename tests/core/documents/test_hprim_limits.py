"""What a stranger's HPRIM file may cost: sizes, lines, messages, results, moments."""

import pytest

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import charset, laboratory, layout, reading
from tests.core.documents.hprim_files import HEADER, NOW, file, header, lab, one, refused


def test_the_size_of_a_file_is_limited() -> None:
    whole = file("").encode()
    hprim.read(whole.replace(b"****FIN*", b"x" * (charset.LARGEST - len(whole) - 2) + b"\r\n****FIN*", 1), NOW)
    refused(b"x" * (charset.LARGEST + 1), r"hprim\.size")


def test_the_lines_of_a_file_are_limited() -> None:
    rest = layout.MOST_LINES - file("").count("\n") - 1
    hprim.read(file("", *["x"] * rest).encode(), NOW)
    refused(file("", *["x"] * (rest + 1)).encode(), r"hprim\.lines")
    refused(b"\n" * (2 * layout.MOST_LINES + 1), r"hprim\.lines")


def test_a_name_of_a_header_is_limited() -> None:
    for line in ("l2", "l3"):
        one(file("x", lines=header(**{line: "N" * 60})))
        refused(file("x", lines=header(**{line: "N" * 61})).encode(), r"hprim\.header")


def test_the_messages_of_a_file_are_limited() -> None:
    message = "\n".join([*HEADER, "", "x", "****FIN****", ""])
    assert len(hprim.read((message * reading.MOST_MESSAGES).encode(), NOW).documents) == reading.MOST_MESSAGES
    refused((message * (reading.MOST_MESSAGES + 1)).encode(), r"hprim\.messages")


def test_the_results_of_a_message_are_limited() -> None:
    line = "RES|A|B|N|1"
    assert len(lab(*[line] * laboratory.MOST_RESULTS)[1].results) == laboratory.MOST_RESULTS
    refused(file("****LAB****", *[line] * (laboratory.MOST_RESULTS + 1)).encode(), r"hprim\.results")


@pytest.mark.parametrize("unit", ["\t", "*", "RES|", "* ", "1/1/", "-", "é", "\r"])
def test_no_text_takes_more_than_moments(unit: str) -> None:
    long = unit * (300_000 // len(unit)) if unit != "\r" else unit * 40_000
    found, document = one(file(long))
    hprim.write((document,), "A", "B")
    assert found.documents


def test_results_are_sought_in_rows_and_not_in_prose_without_end() -> None:
    long = "TEX|" + "a 5 " * 7_500
    found = lab("TEX|HEMATOLOGIE", *[long] * 50, *["RES|a|A|N|5|G/L"] * laboratory.MOST_RESULTS)[1].results
    assert {result.chapter for result in found} == {""}


def test_a_text_that_is_too_large_is_known_as_hprim_so_that_its_reader_says_why() -> None:
    large = file("").replace("****FIN", "x" * charset.LARGEST + "\n****FIN").encode()
    assert hprim.recognise(large)
    refused(large, r"hprim\.size")
    assert not hprim.recognise(b"x " * charset.LARGEST)
