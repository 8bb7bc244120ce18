"""Edges of HPRIM files, to the line and to the letter: what stands one beside them is another patient's or nobody's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import charset, dates, layout
from passerelle.core.documents.hprim import header as headers
from passerelle.core.message import Kind, Measure, Result
from tests.core.documents.hprim_files import HEADER, NOW, codes, file, header, lab, one, refused
from tests.core.documents.hprim_letters import LETTER, lines

MESSAGE = "\n".join([*HEADER, "", "Bonjour"])


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(1979, 12, 31), "31/12/1979"), (date(2026, 10, 11), "11/10/2026"), (date(907, 1, 2), "02/01/0907")],
)
def test_a_date_is_written_in_decimal_digits(day: date, said: str) -> None:
    assert dates.written(day) == said


def test_an_examination_may_be_of_tomorrow_and_not_of_the_day_after() -> None:
    today = date(2026, 11, 22)
    assert dates.act("23/11/2026", today) == date(2026, 11, 23)
    assert dates.act("24/11/2026", today) is None
    assert dates.birth("23/11/2026", today) == date(2026, 11, 23)
    assert dates.birth("24/11/2026", today) is None


def test_a_message_without_a_header_among_others_refuses_the_file_even_where_the_last_has_no_end() -> None:
    refused(f"{MESSAGE}\n****FIN****\nsans en-tête\n****FIN****\n{MESSAGE}".encode(), r"hprim\.header")
    refused(f"{MESSAGE}\n****FIN****\nsans en-tête\n****FIN****\nni ici".encode(), r"hprim\.header")
    assert hprim.read(f"{MESSAGE}\n****FIN****\nni ici".encode(), NOW).rest == "ni ici"


@pytest.mark.parametrize(
    ("seventh", "eighth", "tenth", "found"),
    [
        ("", "2810559999999", "", True),
        ("", "", "20/11/2026", True),
        ("inconnue", "", "M-51-20/11/26", True),
        ("née il y a longtemps", "2810559999999", "", False),  # line 7 is prose
        ("née il y a longtemps", "", "20/11/2026", False),
        ("", "", "le 20/11/2026, à Lille", False),  # line 10 is prose
        ("", "", "", False),
    ],
)
def test_twelve_lines_without_a_birth_date_are_a_header_only_by_lines_8_or_10(
    seventh: str,
    eighth: str,
    tenth: str,
    found: bool,  # noqa: FBT001 - a table
) -> None:
    assert (headers.find(header(l7=seventh, l8=eighth, l10=tenth)) == 0) is found


def test_the_code_of_the_patient_is_that_of_line_1() -> None:
    patient = one(file("Bonjour", lines=header(l1="K42/7", l2="O2")))[1].patient
    assert [code.extension for code in patient.local_ids] == ["K42/7"]
    assert one(file("Bonjour", lines=header(l1="COMPTE RENDU", l2="O2")))[1].patient.local_ids == ()


def test_a_date_that_is_doubtful_is_said_of_its_line() -> None:
    found, _ = one(file("Bonjour", lines=header(l7="28/30/1979", l10="99/99/2026")))
    assert [(loss.what, loss.where) for loss in found.losses] == [
        ("hprim.birth-date", "message 1, line 7"),
        ("hprim.act-date", "message 1, line 10"),
    ]


@pytest.mark.parametrize(("code", "first"), [("1234567890", "1234567890"), ("12345678901", "."), ("12|4", ".")])
def test_ten_characters_of_a_patient_code_are_written_and_eleven_are_none(code: str, first: str) -> None:
    patient = replace(LETTER.patient, local_ids=(replace(LETTER.patient.local_ids[0], extension=code),))
    assert lines(replace(LETTER, patient=patient))[0] == first


def test_a_first_version_replaces_nothing_and_a_second_says_so() -> None:
    warning = "ATTENTION : ce document remplace une version envoyée auparavant."
    assert warning not in lines(LETTER)
    assert warning in lines(replace(LETTER, version=2))


def test_a_text_made_of_results_has_each_chapter_once_above_its_results() -> None:
    found = [
        Result(label, Kind.TEXT, Measure("1"), chapter=chapter)
        for label, chapter in zip("ABCD", ("", "X", "X", "Y"), strict=True)
    ]
    body = lines(replace(LETTER, title="", text=(), results=tuple(found)))
    start = body.index("A : 1")
    assert body[start : start + 8] == ["A : 1", "", "X", "B : 1", "C : 1", "", "Y", "D : 1"]


def test_a_value_may_stand_two_lines_under_its_label_and_not_three() -> None:
    def chapter(*between: str) -> str:
        filler = ["TEX|un deux trois"] * 8
        shown = (*(f"TEX|{line}" for line in ("HEMATOLOGIE", *between)), *filler)
        return lab(*shown, "RES|PLAQUETTES|P|N|224|G/L")[1].results[0].chapter

    assert chapter("PLAQUETTES", "  224 G/L") == "HEMATOLOGIE"
    assert chapter("PLAQUETTES", "", "  224 G/L") == "HEMATOLOGIE"
    assert chapter("PLAQUETTES", "", "", "  224 G/L") == ""
    assert chapter("  224 G/L", "PLAQUETTES") == ""


def test_characters_that_no_reader_has_are_counted_one_by_one() -> None:
    assert charset.fit("日本 €") == ("?? EUR", 2)
    assert charset.fit("3⁄4 ∕ ⅓") == ("3/4 /  1/3", 0)
    assert charset.fit("?") == ("?", 0)


EQUAL = """
’ ' ‘ ' ‚ , ‛ ' ′ ' “ " ” " „ " ″ " ‹ < › > – - — - ‐ - ‑ - ‒ - ― - − - • - ◦ - ▪ - ● - … ... œ oe Œ OE € EUR ™ (TM)
‰ o/oo ﬁ fi ﬂ fl ﬀ ff ƒ f ≤ <= ≥ >= ≠ <> ≈ ~ ∼ ~ → -> ← <- ⇒ => ↑ [hausse] ↓ [baisse] ∞ [infini] √ [racine] ☑ [x] ☒ [x]
✓ [x] ✔ [x] ⁄ / ∕ / μ µ Ω ohm ℃ °C ł l Ł L đ d Đ D ı i ẞ SS № No α alpha β bêta γ gamma δ delta Δ delta κ kappa λ lambda
ω oméga ⁰ ^0 ⁴ ^4 ⁵ ^5 ⁶ ^6 ⁷ ^7 ⁸ ^8 ⁹ ^9 ⁺ ^+ ⁻ ^- ₀ 0 ₁ 1 ₂ 2 ₃ 3 ₄ 4 ₅ 5 ₆ 6 ₇ 7 ₈ 8 ₉ 9 ₊ + ₋ - ² ² ³ ³ µ µ é é
"""


@pytest.mark.parametrize(("sign", "said"), list(zip(EQUAL.split()[::2], EQUAL.split()[1::2], strict=True)))
def test_a_sign_that_not_every_reader_has_is_said_in_signs_that_it_has(sign: str, said: str) -> None:
    assert charset.fit(sign) == (said, 0)
    assert charset.columns(sign) == len(said)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_null_bytes(codec: str) -> None:
    assert charset.decode(file("x").encode(codec))[0] == file("x")


def test_a_word_longer_than_a_line_is_cut_and_nothing_is_lost_between_pieces() -> None:
    line = "a" * 100 + " " + "b" * 100
    pieces = layout.wrap(line)
    assert "".join(pieces) == line.replace(" ", "")
    assert max(map(len, pieces)) == layout.WIDTH
    assert layout.wrap("  " + "c" * 79) == ("  " + "c" * 78, "c")


def test_a_moment_after_reception_is_not_the_documents() -> None:
    tomorrow = (NOW + timedelta(days=1)).strftime("%d/%m/%Y")
    found, document = one(file("Bonjour", lines=header(l10=tomorrow)))
    assert (document.created, codes(found)) == (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), [])


@pytest.mark.parametrize("line", ["28/03/1979", "28-3-79", "1979.03.28", "280379", "28031979"])
def test_a_line_is_meant_as_a_date_by_its_shape(line: str) -> None:
    assert dates.shaped(f" {line} ")


@pytest.mark.parametrize("line", ["2803979", "280319790", "28/03", "le 28/03/1979", ""])
def test_a_line_of_another_shape_is_none(line: str) -> None:
    assert not dates.shaped(line)
