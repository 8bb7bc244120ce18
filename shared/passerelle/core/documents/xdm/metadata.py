"""METADATA.XML: what an XDM says of its documents (ebRIM), read by nesting: ANS's own files refer by wrong ids."""

import re
from dataclasses import dataclass

from lxml import etree

from passerelle.core.documents import markup
from passerelle.core.documents.markup import children, local, value, words
from passerelle.core.errors import MalformedError
from passerelle.core.message import Identifier

MOST_DOCUMENTS = 50
_PATIENT_ID = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_ACTION = "urn:action:extraMetadataSlot"
_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
MOST_CONFIDENTIALITY = 10
_CX = re.compile(r"(?P<extension>[^^&]+)\^\^\^(?:[^^&]*)&(?:amp;)?(?P<root>[0-9.]+)&")  # HL7 v2 CX.1 and CX.4


@dataclass(frozen=True, slots=True)
class Described:
    """A document as METADATA.XML describes it; what it does not say is empty."""

    media_type: str = ""
    uri: str = ""
    sha1: str = ""
    size: str = ""
    patient: Identifier | None = None
    unique_id: str = ""
    action: str = ""  # C: replaces, D: deletes
    confidentiality: tuple[str, ...] = ()


def read(content: bytes) -> tuple[Described, ...]:
    """Return the documents that METADATA.XML describes; MalformedError `xdm.metadata` where there are none."""
    root = markup.parse(content, "metadata")
    found = [element for element in root.iter() if local(element) == "ExtrinsicObject"]
    if not 1 <= len(found) <= MOST_DOCUMENTS:
        raise MalformedError("xdm.metadata", f"METADATA.XML describes 1 to {MOST_DOCUMENTS} documents.")
    return tuple(map(_described, found))


def _described(element: etree._Element) -> Described:
    slots = {value(slot, "name").lower(): _value(slot) for slot in children(element, "Slot")}
    identifiers = {
        value(one, "identificationScheme").lower(): value(one, "value")
        for one in children(element, "ExternalIdentifier")
    }
    return Described(
        media_type=value(element, "mimeType").lower(),
        uri=slots.get("uri", "") or value(element, "uri"),
        sha1=slots.get("hash", "").lower(),
        size=slots.get("size", ""),
        patient=_patient(identifiers.get(_PATIENT_ID, "")),
        unique_id=identifiers.get(_UNIQUE_ID, ""),
        action=slots.get(_ACTION.lower(), ""),
        confidentiality=_confidentiality(element),
    )


def _confidentiality(element: etree._Element) -> tuple[str, ...]:
    """Return the codes of who must not see a document; each is a classification of its own (ITI TF-3 §4.2.3.2.5)."""
    found = [
        value(one, "nodeRepresentation")
        for one in children(element, "Classification")
        if value(one, "classificationScheme").lower() == _CONFIDENTIALITY
    ]
    return tuple(dict.fromkeys(found[:MOST_CONFIDENTIALITY]))


def _value(slot: etree._Element) -> str:
    values = [words(one) for inner in children(slot, "ValueList") for one in children(inner, "Value")]
    return next(filter(None, values), "")


def _patient(text: str) -> Identifier | None:
    found = _CX.match(text)
    return Identifier(found["root"], found["extension"]) if found else None
