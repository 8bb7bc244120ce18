"""The phrase book has French for everything that the product can say of a mail in English, and for nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerelle.adapters.agreements import parse
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.mail import causes
from passerelle.core.mail.account import SAME_IN_BOTH
from passerelle.core.message import Loss
from passerelle.local import phrasebook
from tests.architecture import house

ROOT = Path(__file__).resolve().parents[2]
CORE = "shared/passerelle/core/"
ADAPTERS = "shared/passerelle/adapters/"
# What the product computes, by file and expression; each of these codes stands, whole or in parts, in that file.
COMPUTED_REASONS: dict[tuple[str, str], set[str]] = {
    # markup.parse is called with the rooms "cda" and "metadata"
    (f"{CORE}documents/markup.py", "f'{room}.size'"): {"cda.size", "metadata.size"},
    (f"{CORE}documents/markup.py", "f'{room}.xml'"): {"cda.xml", "metadata.xml"},
    (f"{CORE}documents/markup.py", "f'{room}.doctype'"): {"cda.doctype", "metadata.doctype"},
    (f"{CORE}documents/markup.py", "f'{room}.depth'"): {"cda.depth", "metadata.depth"},
    (f"{CORE}documents/xdm/reading.py", "code"): {"xdm.uri", "xdm.missing"},
    # answers.answering is called with the names of services
    (f"{ADAPTERS}answers.py", "f'{service}.unavailable'"): {
        f"{service}.unavailable"
        for service in ("agreements", "archive", "bulletins", "keyring", "ledger", "mailroom", "marks", "queue")
    }
    | {"persons.unavailable"},
    (f"{ADAPTERS}cipher.py", "error.code"): set(),  # handed on under another type
    (f"{ADAPTERS}agreements.py", "error.code"): set(),  # same
    (f"{ADAPTERS}grounds.py", "error.code"): set(),  # same
    (f"{ADAPTERS}layers.py", "error.code"): set(),  # the same
}
COMPUTED_LOSSES: dict[tuple[str, str], set[str]] = {
    (f"{CORE}documents/hprim/reading.py", "code"): {
        "hprim.cp850-guessed",
        "hprim.encoded-twice",
        "hprim.macroman-guessed",
        "hprim.unknown-characters",
    },
    (f"{CORE}documents/hprim/header.py", "code"): {"hprim.birth-date", "hprim.act-date"},
    (f"{CORE}documents/cda/writing_frame.py", "code"): {
        "ins.incomplete",
        "patient.no-identifier",
        "author.no-identifier",
        "author.no-organisation",
        "organisation.incomplete",
    },
    ("shared/passerelle/local/commands/timeline.py", "code"): set(),  # of the ledger
    (f"{ADAPTERS}page/words.py", "code"): set(),  # same
    (f"{CORE}documents/hprim/fields.py", "what"): set(),  # Scribe.lose, whose callers name the code
}
REASONS, LOSSES = list(house.said(ROOT, house.ERRORS)), list(house.said(ROOT, house.LOSSES))


def test_what_is_computed_is_known() -> None:
    assert _computed(REASONS) == set(COMPUTED_REASONS)
    assert _computed(LOSSES) == set(COMPUTED_LOSSES)
    for (file, _), codes in COMPUTED_LOSSES.items():
        source = "".join(path.read_text("utf-8") for path in (ROOT / file).parent.glob("*.py"))
        assert [code for code in codes if f'"{code}"' not in source] == []
    for file in ("markup.py", "cda/reading.py", "xdm/metadata.py"):
        assert set(re.findall(r'parse\(content, "(\w+)"\)', (ROOT / CORE / "documents" / file).read_text())) <= {
            "cda",
            "metadata",
        }


def test_every_reason_has_its_french_sentence_and_no_sentence_is_dead() -> None:
    codes = _literal(REASONS) | house.verdicts(ROOT) | set().union(*COMPUTED_REASONS.values())
    assert set(phrasebook.catalogue("reasons")) == codes


def test_every_loss_has_its_french_words_and_no_words_are_dead() -> None:
    assert set(phrasebook.catalogue("losses")) == _literal(LOSSES) | set().union(*COMPUTED_LOSSES.values())


@pytest.mark.parametrize("code", phrasebook.catalogue("losses"))
def test_a_loss_says_why_and_instead_in_one_or_two_sentences(code: str) -> None:
    found = phrasebook.catalogue("losses")[code]
    assert set(found) == {"why", "instead"}
    assert all(words[0].isupper() and words.endswith(".") for words in found.values())


@pytest.mark.parametrize("code", phrasebook.catalogue("reasons"))
def test_a_reason_is_told_without_numbers_where_they_are_not_known(code: str) -> None:
    told = phrasebook.reason(code)
    assert told[0].isupper()
    assert told.endswith((".", ":"))
    assert not set(told) & set("{}")


@pytest.mark.parametrize("given", [one for one in REASONS if one.literal], ids=lambda one: one.code)
def test_the_numbers_of_a_french_sentence_are_the_limits_of_the_english_one(given: house.Said) -> None:
    wanted = phrasebook.catalogue("reasons")[given.code].count("{}")
    numbers = re.findall(r"\b\d+", re.sub(r"(?:RFC|ISO) [\d-]+|§[\d.]+", "", given.words[0]))[:wanted]
    assert len(numbers) == wanted
    told = phrasebook.reason(given.code, given.words[0])
    assert all(f"{int(number):,}".replace(",", "\u202f") in told for number in numbers)
    assert all(number in {"1", house.NUMBER} for number in numbers)


def test_a_limit_is_told_with_its_digits_in_groups() -> None:
    assert "2\u202f000" in phrasebook.reason("hprim.results", "An HPRIM message has at most 2000 RES lines.")
    told = phrasebook.loss(Loss("hprim.cut", "document 1, line 2", "The field holds 50 characters.", "Its beginning."))
    assert told == Loss(
        "hprim.cut", "document 1, ligne 2", "La zone est trop longue (au plus 50 caractères).", "Son début."
    )


def test_what_the_phrase_book_does_not_know_stays_as_it_is() -> None:
    stranger = Loss("no.such", "line 1", "Why.", "Instead.")
    assert phrasebook.loss(stranger) == stranger
    assert phrasebook.reason("no.such", "A sentence.") == "A sentence."


def test_every_place_of_a_loss_is_french_and_no_word_is_dead() -> None:
    english = set(_places())
    assert "HPRIM line 8" in english
    known = re.compile(rf"\b(?:{'|'.join(sorted(phrasebook.catalogue('places'), key=len, reverse=True))})\b")
    rest = {word for place in english for word in re.findall(r"[A-Za-z-]{2,}", known.sub("", place))}
    assert rest <= SAME_IN_BOTH
    assert {word for place in english for word in known.findall(place)} == set(phrasebook.catalogue("places"))


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("message 1, line 7", "message 1, ligne 7"),
        ("message 1, LAB line 12", "message 1, LAB, ligne 12"),
        ("document 2, lines 2 and 3", "document 2, lignes 2 et 3"),
        ("document 1, nonXMLBody", "document 1, nonXMLBody"),
        ("attachment 3", "pièce jointe 3"),
    ],
)
def test_a_place_keeps_its_numbers(english: str, french: str) -> None:
    assert phrasebook.place(english) == french


PAIR = "[[agreement]]\nname = 'x'\nfrom = ['a@b.example']\nto = ['c@d.example']\ndoubt = 'flag'\n"
SOMEBODY = "[[correspondent]]\naddress = 'a@b.example'\nalias = 'c@d.example'\nlabel = 'x'\n"
BRIDGE = "[bridge]\ndomain = 'x.example'\npostmaster = 'p@x.example'\nproduct = 'P'\n"


@pytest.mark.parametrize(
    "file",
    [
        "a = ",
        f"{PAIR}account = 'x'\nletters = 'n2'\n",
        f"{SOMEBODY}network = 'apicrypt'\nlock = 'channel'\n[correspondent.professional]\nfamily = 'x'\n",
        "a = 1\na = 2",
        "[bridge]\ndomain = 1\npostmaster = 'x'\nproduct = ''\nmore = 1\n",
        "[[correspondent]]\nnetwork = 'z'\nlabel = ''\nlock = 'q'\nprofessional = 3\n",
        f"[[agreement]]\nname = '{'x' * 201}'\nfrom = []\nto = 'x'\ndoubt = 'z'\n",
        "[[correspondent]]\norganisation = {name = 'x', address = ['a', 'b', 'c', 'd', 'e', 'f']}\n",
        f"{BRIDGE}[[agreement]]\nname = 'x'\nfrom = ['a@b.example']\nto = ['c@d.example']\ndoubt = 'flag'\n",
    ],
)
def test_a_mistake_in_the_agreements_is_told_in_french(file: str) -> None:
    with pytest.raises(AgreementsError) as wrong:
        parse(file.encode())
    lines = [f"conventions.toml:{one.line}: {one.place}: {one.rule}" for one in wrong.value.mistakes]
    told = phrasebook.reason("agreements.mistakes", "\n".join(lines)).splitlines()[1:]
    assert len(told) == len(lines)
    for english, french, one in zip(lines, told, wrong.value.mistakes, strict=True):
        assert french.startswith(f"conventions.toml:{one.line}: {one.place}: ")
        assert french != english


def test_every_reason_for_which_a_mail_goes_back_has_a_cause_of_its_room() -> None:
    other = causes.find("")
    rooms = (
        "mail",
        "hprim",
        "hl7",
        "cda",
        "xdm",
        "metadata",
        "apicrypt",
        "narrative",
        "pdf",
        "image",
        "cms",
        "trust",
        "cipher",
        "doubt",
    )
    back = [code for code in phrasebook.catalogue("reasons") if code.startswith(tuple(f"{room}." for room in rooms))]
    assert [code for code in back if causes.find(code) == other] == []


def _literal(said: list[house.Said]) -> set[str]:
    return {one.code for one in said if one.literal}


def _computed(said: list[house.Said]) -> set[tuple[str, str]]:
    return {(one.file, one.code) for one in said if not one.literal}


def _places() -> Iterator[str]:
    """Yield the places of losses as the product writes them."""
    yield from (one.words[0] for one in house.said(ROOT, {"Loss"}))
    hprim = (one for one in house.said(ROOT, {"lose", "short", "line", "lines", "_doubt", "_odd"}))
    for one in hprim:
        if one.file.startswith(f"{CORE}documents/hprim/") and one.words:
            yield one.words[0] if one.code == "code" else one.words[-1]
    yield from (code.partition(".")[0] for code in COMPUTED_LOSSES[f"{CORE}documents/cda/writing_frame.py", "code"])
