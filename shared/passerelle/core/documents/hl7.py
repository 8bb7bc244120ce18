"""HL7 v2 messages of hospitals that carry CDA documents: ORU^R01 and MDM^T02, in OBX-5 as ED, in base64."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from passerelle.core.documents import cda
from passerelle.core.documents.cda.people import INS_ROOTS
from passerelle.core.documents.cda.reading import holds_document
from passerelle.core.documents.effort import Effort
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Document, Identifier, Loss, Patient

LARGEST = 25_000_000  # bytes of a message: what a mail may weigh
MOST_SEGMENTS = 2_000
MOST_FIELDS = 200  # of one segment
MOST_PARTS = 200  # repetitions or components of one field
MOST_DOCUMENTS = 20
_HEAD = re.compile(rb"MSH([!-/:-@\[-`{-~])([!-/:-@\[-`{-~]{4,5})\1")  # HL7 v2.5 §2.5.4: five signs, a sixth since 2.7
_CARRIED = ("ORU^R01", "MDM^T02")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_DELETED = "D"  # OBX-11, HL7 table 0085
_STANDS = ("", "F", "C", "P", "R", "S")  # results that are there; W was for a wrong patient, X could not be had


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The five signs that a message chose for itself in its first segment."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a message holds: its documents, read, and what else it said."""

    documents: tuple[Document, ...]
    losses: tuple[Loss, ...] = ()


def recognise(content: bytes) -> bool:
    """Tell whether a file begins as an HL7 v2 message."""
    return _HEAD.match(_bare(content[:64])) is not None


def read(content: bytes, effort: Effort | None = None) -> Found:
    """Return the CDA documents of a message, each of the patient of its PID; a typed error `hl7.…` otherwise."""
    signs, segments = _parsed(content)
    _check_type(segments[0], signs)
    documents: list[Document] = []
    others = 0
    for patients, observation in _observations(segments, signs):
        body = _encapsulated(observation, signs)
        if holds_document(body):
            documents.append(_document(cda.read(body, effort), patients, _at(observation, 11)))
        else:
            others += 1
        if len(documents) > MOST_DOCUMENTS:
            raise MalformedError("hl7.documents", f"An HL7 message carries at most {MOST_DOCUMENTS} documents.")
    if not documents:
        raise UnsupportedError("hl7.no-cda", "The HL7 message carries no CDA in an OBX-5 of type ED.")
    why = f"The HL7 message says more than its documents: {others} OBX."
    return Found(tuple(documents), (Loss("hl7.other-obx", "message", why, "The documents."),) if others else ())


def unescaped(text: str, signs: Delimiters) -> str:
    r"""Return a text without its escapes (HL7 v2.5 §2.7): \F\ \S\ \T\ \R\ \E\ \Xhh..\ and \.br\; no other is known."""
    mark = re.escape(signs.escape)
    plain = re.sub(f"{mark}([^{mark}]*){mark}", lambda found: _meant(found[1], signs), text)
    if text.count(signs.escape) % 2:
        raise MalformedError("hl7.escape", "An escape of the HL7 message has no end (HL7 v2.5 §2.7).")
    return plain


def _meant(code: str, signs: Delimiters) -> str:
    known = {
        "F": signs.field,
        "S": signs.component,
        "T": signs.subcomponent,
        "R": signs.repetition,
        "E": signs.escape,
        ".br": "\n",
    }
    if code in known:
        return known[code]
    if not re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", code):
        raise MalformedError("hl7.escape", "The HL7 message has an escape that is not read (HL7 v2.5 §2.7).")
    return bytes.fromhex(code[1:]).decode("latin-1")


def _bare(content: bytes) -> bytes:
    """Return the message without byte order mark, blank lines and the frame of MLLP."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b\r\n \t")


def _parsed(content: bytes) -> tuple[Delimiters, list[list[str]]]:
    """Return the signs of a message and the fields of its segments; MSH counts its separator as a field."""
    if len(content) > LARGEST:
        raise MalformedError("hl7.size", f"An HL7 message has at most {LARGEST} bytes.")
    text = _bare(content).rstrip(b"\x1c\r\n \t")
    head = _HEAD.match(text)
    signs = (head[1] + head[2]).decode("ascii") if head else ""
    if len(set(signs)) != len(signs) or not signs:
        raise MalformedError("hl7.delimiters", "MSH does not name five signs that differ (HL7 v2.5 §2.5.4).")
    lines = re.split(r"\r\n|\r|\n", text.decode("latin-1"))  # identifiers and base64 are ASCII in all its charsets
    lines = [line for line in lines if line.strip()]
    if len(lines) > MOST_SEGMENTS:
        raise MalformedError("hl7.segments", f"An HL7 message has at most {MOST_SEGMENTS} segments.")
    return Delimiters(*signs[:5]), [_fields(line, signs[0]) for line in lines]


def _fields(line: str, separator: str) -> list[str]:
    fields = line.split(separator, MOST_FIELDS)
    if not _SEGMENT.fullmatch(fields[0]):
        raise MalformedError("hl7.segment", "A line of the HL7 message is no segment (HL7 v2.5 §2.5.1).")
    if len(fields) > MOST_FIELDS:
        raise MalformedError("hl7.fields", f"A segment of an HL7 message has fewer than {MOST_FIELDS} fields.")
    return [fields[0], separator, *fields[1:]] if fields[0] == "MSH" else fields


def _at(segment: list[str], place: int) -> str:
    return segment[place] if place < len(segment) else ""


def _split(text: str, sign: str) -> list[str]:
    parts = text.split(sign, MOST_PARTS)
    if len(parts) > MOST_PARTS:
        raise MalformedError("hl7.parts", f"A field of an HL7 message has at most {MOST_PARTS} parts.")
    return parts


def _check_type(header: list[str], signs: Delimiters) -> None:
    """Refuse what deletes or amends (MDM^T04, T06, T08): read as a new document, it would say the contrary."""
    kind = "^".join((*_split(_at(header, 9), signs.component), "")[:2])
    if kind not in _CARRIED:
        raise UnsupportedError("hl7.type", "Of HL7 v2, the bridge carries ORU^R01 and MDM^T02.")


def _observations(segments: list[list[str]], signs: Delimiters) -> Iterator[tuple[tuple[Identifier, ...], list[str]]]:
    """Yield each OBX with the identifiers of the patient in the PID before it."""
    patients: tuple[Identifier, ...] = ()
    for segment in segments[1:]:
        if segment[0] in ("MSH", "BHS", "FHS"):
            raise UnsupportedError("hl7.messages", "The file holds several HL7 messages: send each on its own.")
        if segment[0] == "PID":
            patients = tuple(_identifiers(_at(segment, 3), signs))
        if segment[0] == "OBX":
            yield patients, segment


def _identifiers(field: str, signs: Delimiters) -> Iterator[Identifier]:
    """Yield the identifiers of PID-3: CX-1, and the OID of CX-4 where it has one (HL7 v2.5 §2.A.14)."""
    for repetition in _split(field, signs.repetition):
        parts = [*_split(repetition, signs.component), "", "", ""]
        authority = [*_split(parts[3], signs.subcomponent), ""]
        if parts[0]:
            yield Identifier(unescaped(authority[1], signs), unescaped(parts[0], signs))


def _encapsulated(observation: list[str], signs: Delimiters) -> bytes:
    """Return the bytes of an OBX-5 of type ED in base64 (HL7 v2.5 §2.A.24); nothing where it is anything else."""
    parts = [*_split(_at(observation, 5), signs.component), "", "", "", ""]
    if _at(observation, 2) != "ED" or parts[3].casefold() != "base64":
        return b""
    if signs.repetition in _at(observation, 5):
        raise MalformedError("hl7.repetition", "An OBX-5 of type ED holds one file.")
    try:
        return base64.b64decode("".join(unescaped(parts[4], signs).split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("hl7.base64", "A file in the HL7 message is not base64 (RFC 4648 §4).") from None


def _document(document: Document, patients: tuple[Identifier, ...], status: str) -> Document:
    if not _same(patients, document.patient):
        raise MalformedError("hl7.patient", "The patient of PID-3 is not the patient in the CDA.")
    if status not in (*_STANDS, _DELETED):
        raise UnsupportedError("hl7.status", "The HL7 message takes its document back (OBX-11).")
    return replace(document, deleted=document.deleted or status == _DELETED)


def _same(said: tuple[Identifier, ...], patient: Patient) -> bool:
    """Tell whether PID-3 and CDA agree on an identifier and, where both have an INS, on that."""
    held = tuple(filter(None, (patient.ins, *patient.local_ids)))
    ins = {one.extension for one in said if one.root in INS_ROOTS}
    if patient.ins and ins and patient.ins.extension not in ins:
        return False
    return any(one.extension == other.extension and one.root in ("", other.root) for one in said for other in held)
