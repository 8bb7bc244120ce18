"""METADATA.XML: one submission set and one entry for each CDA, all references right (ITI TF-3 §4.2)."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType

from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.cda.writing_elements import stamp
from passerelle.core.documents.cda.writing_frame import oid
from passerelle.core.documents.xdm.classes import document_class
from passerelle.core.documents.xdm.metadata_elements import (
    LCM,
    RIM,
    author,
    classification,
    cx,
    element,
    escaped,
    external,
    label,
    slot,
    uuid,
    xcn,
)
from passerelle.core.message import Code, Document, Identifier, Patient

_APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"


class Form(Enum):
    """What a CDA is, as the format code says it."""

    LETTER = "letter"  # level 1
    NARRATIVE = "narrative"  # level 3, of no volet
    LABORATORY = "laboratory"  # CR-BIO


_LETTER = Code("urn:ihe:iti:xds-sd:pdf:2008", "1.2.250.1.213.1.1.4.12", "Document à corps non structuré en Pdf/A-1")
_LABORATORY = Code(
    "urn:ihe:lab:xd-lab:2008", "1.2.250.1.213.1.1.4.2.282", "Compte rendu structuré d'examens de biologie médicale"
)
_FORMATS = MappingProxyType(
    {Form.LETTER: _LETTER, Form.LABORATORY: _LABORATORY}
)  # ASS_A11; a letter of level 3 has none
_NORMAL = Code("N", "2.16.840.1.113883.5.25", "Normal")


@dataclass(frozen=True, slots=True)
class Packed:
    """A CDA as bytes, with what it was written from."""

    content: bytes
    document: Document
    frame: cda.Frame
    form: Form


@dataclass(frozen=True, slots=True)
class Submission:
    """What a set of documents is sent with."""

    seed: str  # names it for ever: the Message-ID
    date: datetime  # aware
    software: str


def write(entries: tuple[tuple[str, Packed], ...], submission: Submission) -> bytes:
    """Return METADATA.XML; each entry comes with its file name."""
    root = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
    listed = etree.SubElement(root, f"{{{RIM}}}RegistryObjectList")
    package = uuid(f"submission {submission.seed}")
    listed.append(_package(package, entries[0][1], submission, len(entries)))
    for name, packed in entries:
        owner = uuid(f"entry {submission.seed} {name}")
        listed.append(_entry(owner, name, packed))
        listed.append(_member(package, owner))
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="UTF-8")


def _package(owner: str, first: Packed, submission: Submission, count: int) -> etree._Element:
    """Return the submission set, by the author of its first document."""
    document, frame = first.document, first.frame
    sector = frame.organisation.sector
    made = element(
        "RegistryPackage",
        slot("submissionTime", moment(submission.date)),
        label("Name", document.title if count == 1 else f"{count} documents"),
        label("Description", ""),
        element(
            "Classification",
            id=uuid(f"{owner} node"),
            classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd",
            classifiedObject=owner,
        ),
        author(owner, "a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d", frame.author),
        id=owner,
        status=_APPROVED,
    )
    if sector is not None:  # CI-SIS: contentTypeCode is the sector of activity
        made.append(classification(owner, "aa543740-bdda-424e-8c96-df4873be8500", sector))
    identifiers = (
        ("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "patientId", patient_id(first)),
        ("554ac39e-e3fe-47fe-b233-965d2a147832", "sourceId", _source(frame)),
        ("96fdda7c-d067-4183-912e-bf5ee74998a8", "uniqueId", oid(f"submission {submission.seed}")),
    )
    made.extend(external(owner, scheme, f"XDSSubmissionSet.{name}", value) for scheme, name, value in identifiers)
    return made


def _entry(owner: str, name: str, packed: Packed) -> etree._Element:
    """Return the description of a document: slots, names, codes, identifiers, in the order of ebRIM."""
    document = packed.document
    made = element(
        "ExtrinsicObject",
        *_slots(name, packed),
        label("Name", document.title),
        label("Description", ""),
        author(owner, "93606bcf-9494-43ec-9b4e-a7748d1a838d", packed.frame.author),
        id=owner,
        mimeType="text/xml",
        objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
        status=_APPROVED,
    )
    made.extend(classification(owner, scheme, concept) for scheme, concept in _codes(packed) if concept is not None)
    unique = packed.frame.identifier
    value = f"{unique.root}^{unique.extension}" if unique.extension else unique.root
    made.append(
        external(owner, "58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", patient_id(packed))
    )
    made.append(external(owner, "2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId", value))
    return made


def _slots(name: str, packed: Packed) -> list[etree._Element]:
    document = packed.document
    sha1 = hashlib.sha1(packed.content, usedforsecurity=False).hexdigest().upper()  # the hash that IHE XDM prescribes
    day = stamp(document.performed) if document.performed else moment(document.created)
    slots = [
        slot("hash", sha1),
        slot("size", str(len(packed.content))),
        slot("URI", name),
        slot("creationTime", moment(document.created)),
        slot("languageCode", "fr-FR"),
        slot("legalAuthenticator", xcn(packed.frame.author)),
        slot("serviceStartTime", day),
        slot("sourcePatientId", _source_patient(packed)),
        slot("sourcePatientInfo", *_traits(document.patient)),
    ]
    if document.replaces is not None or document.version > 1:
        slots.append(slot("urn:action:extraMetadataSlot", "C"))
    return slots


def _codes(packed: Packed) -> tuple[tuple[str, Code | None], ...]:
    organisation, kind = packed.frame.organisation, packed.document.kind
    events = cda.disciplines(packed.document) if packed.form is Form.LABORATORY else ()
    return (
        ("41a5887f-8865-4c09-adf7-e362475b143a", document_class(kind)),
        ("f4f85eac-e6cb-4883-b524-f2705394840f", _NORMAL),
        *(("2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", event) for event in events),
        ("a09d5840-386c-46f2-b5ad-9c3699a4309d", _FORMATS.get(packed.form)),
        ("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", organisation.sector),
        ("cccf5598-8b07-4b77-a05e-ae952c785ead", organisation.setting),
        ("f0306f51-975f-434e-a61c-c59651d33983", kind),
    )


def _member(package: str, entry: str) -> etree._Element:
    return element(
        "Association",
        slot("SubmissionSetStatus", "Original"),
        id=uuid(f"member {entry}"),
        associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
        sourceObject=package,
        targetObject=entry,
        objectType="Original",
    )


def moment(when: datetime) -> str:
    """Return a DTM in UTC, as IHE has it."""
    return when.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def patient_id(packed: Packed) -> str:
    """Return by what the receiver finds the patient (ECO.2.1.2): the INS, where it may be written."""
    patient = packed.document.patient
    if patient.ins is not None and cda.qualified(patient):
        return cx(patient.ins, "NH")
    return cx(packed.frame.patient_ids[0], "PI")


def _source_patient(packed: Packed) -> str:
    local = packed.frame.patient_ids
    return cx(local[0], "PI") if local else patient_id(packed)


def _source(frame: cda.Frame) -> str:
    """Return the OID of the sender: that of its structure, where its number makes one."""
    number = frame.organisation.identifier or Identifier("", "")
    whole = f"{number.root}.{number.extension}"
    return whole if re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", whole) else oid(f"source {whole}")


def _traits(patient: Patient) -> list[str]:
    """Return PID-5 (L: birth name, D: used name), PID-7, PID-8, PID-11: those that are known."""
    given = escaped(patient.given)
    traits = []
    if patient.birth_family:
        traits.append(f"PID-5|{escaped(patient.birth_family)}^{given}^{escaped(patient.birth_givens or '')}^^^^L")
    if patient.family != patient.birth_family:
        traits.append(f"PID-5|{escaped(patient.family)}^{given}^^^^^D")
    if patient.birth_date:
        traits.append(f"PID-7|{stamp(patient.birth_date)}")
    traits.append(f"PID-8|{patient.sex.value if patient.sex else 'U'}")
    if patient.birth_place:
        traits.append(f"PID-11|^^^^^^BDL^^{escaped(patient.birth_place)}")
    return traits
