"""What is read of an HL7 v2 message has caps, and any damage is a typed refusal or harmless."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hl7
from passerelle.core.documents.hl7 import Delimiters
from passerelle.core.errors import PasserelleError
from tests.core.documents.hl7_messages import IPP, message, obx, refused


@pytest.mark.parametrize(
    "content", [b"", b"MSH", b"MSHA^~\\&A", b"MSH|^~|", b"MSH is short", b"PID|1|", b"<MSH|^~\\&|/>"]
)
def test_another_file_is_not_taken_for_hl7(content: bytes) -> None:
    assert not hl7.recognise(content)


def test_a_message_has_at_most_so_many_segments() -> None:
    filler = "NTE|1\r" * (hl7.MOST_SEGMENTS - 4)
    assert len(hl7.read(message(more=filler)).documents) == 1
    assert refused(message(more=filler + "NTE|1")) == "hl7.segments"


def test_a_segment_has_at_most_so_many_fields() -> None:
    filler = "NTE" + "|" * (hl7.MOST_FIELDS - 1)
    assert len(hl7.read(message(more=filler)).documents) == 1
    assert refused(message(more=filler + "|")) == "hl7.fields"


def test_a_field_has_at_most_so_many_parts() -> None:
    assert len(hl7.read(message(pid=IPP + "~" * (hl7.MOST_PARTS - 1))).documents) == 1
    assert refused(message(pid=IPP + "~" * hl7.MOST_PARTS)) == "hl7.parts"


def test_a_message_carries_at_most_so_many_documents() -> None:
    assert len(hl7.read(message(*[obx()] * hl7.MOST_DOCUMENTS)).documents) == hl7.MOST_DOCUMENTS
    assert refused(message(*[obx()] * (hl7.MOST_DOCUMENTS + 1))) == "hl7.documents"


def test_a_message_has_at_most_so_many_bytes() -> None:
    content = message()
    assert len(hl7.read(content.ljust(hl7.LARGEST)).documents) == 1
    assert refused(content.ljust(hl7.LARGEST + 1)) == "hl7.size"


def escaped(value: str, signs: Delimiters) -> str:
    """Write a text as HL7 v2.5 §2.7 asks: an oracle of few words, for the reader."""
    codes = {
        signs.field: "F",
        signs.component: "S",
        signs.subcomponent: "T",
        signs.repetition: "R",
        signs.escape: "E",
        "\r": "X0D",
        "\n": ".br",
    }
    return "".join(f"{signs.escape}{codes[char]}{signs.escape}" if char in codes else char for char in value)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("|^~\\&\r\nFSTRE.X0Aé"), max_size=30), st.permutations("|^~\\&"))
def test_what_is_escaped_is_read_back(value: str, chosen: list[str]) -> None:
    signs = Delimiters(*chosen)
    written = escaped(value, signs)
    assert not set(written) & {signs.field, signs.component, signs.repetition, signs.subcomponent}
    assert hl7.unescaped(written, signs) == value


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 40))
def test_any_damage_is_a_typed_refusal_or_is_harmless(noise: bytes, place: int, width: int) -> None:
    whole = message()
    try:
        found = hl7.read(whole[:place] + noise + whole[place + width :])
    except PasserelleError as error:
        assert error.code.partition(".")[0] in {"hl7", "cda"}  # noqa: PT017 - either is right
    else:
        assert len(found.documents) == 1
