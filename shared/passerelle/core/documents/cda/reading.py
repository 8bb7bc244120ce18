"""A CDA R2 document read as CI-SIS writes it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from lxml import etree

from passerelle.core.documents import markup
from passerelle.core.documents.cda import body, context, people, results, times
from passerelle.core.documents.effort import Effort, Work
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import (
    Attachment,
    Code,
    Document,
    Identifier,
    Organisation,
    Patient,
    Professional,
    Result,
    Status,
)

_HL7 = "urn:hl7-org:v3"
_XSL = "http://www.w3.org/1999/XSL/Transform"
_HIGHEST_VERSION = 9999
_LONGEST_VERSION = 9  # digits


def read(content: bytes, effort: Effort | None = None) -> Document:
    """Return the document of a CDA; MalformedError `cda.…` where it breaks a rule, or a mail has too much of them."""
    effort = effort or Effort()
    if not effort.spend(Work.XML, content.count(b"<")):
        raise MalformedError("cda.size", "The CDAs of a mail are larger than the bridge reads.")
    root = clinical(markup.parse(content, "cda"))
    kind = people.code(child(root, "code")) or Code("", "")
    within, found = body.read(root, effort), results.read(root)
    replaces, version = _replaced(root), _version(root)
    corrected = replaces is not None or version > 1
    return Document(
        identifier=people.identifier(child(root, "id")),
        kind=kind,
        title=words(child(root, "title")) or kind.display,
        created=times.moment(value(child(root, "effectiveTime"), "value")),
        patient=_patient(root),
        author=_author(root),
        custodian=_custodian(root),
        performed=_performed(root),
        performed_told=next((told for told in map(times.told, _act_times(root)) if told), ""),
        context=context.read(root),
        text=within.text,
        results=tuple(_of_status(result, corrected=corrected) for result in found.results),
        attachments=within.attachments,
        source=Attachment("document.xml", "text/xml", content),
        replaces=replaces,
        version=version,
        confidentiality=_confidentiality(root),
        doubts=(*found.doubts, *within.doubts),
    )


def clinical(root: etree._Element) -> etree._Element:
    """Return the ClinicalDocument: the root, or the one inside a style sheet (autoprésentable), never run."""
    name = f"{{{_HL7}}}ClinicalDocument"
    if root.tag == name:
        return root
    inside = list(root.iter(name)) if root.tag in (f"{{{_XSL}}}stylesheet", f"{{{_XSL}}}transform") else []
    if len(inside) != 1:
        raise MalformedError("cda.root", "The root is neither a ClinicalDocument nor a style sheet that holds one.")
    return inside[0]


def _patient(root: etree._Element) -> Patient:
    roles = [child(target, "patientRole") for target in children(root, "recordTarget")]
    if len(roles) > 1:
        raise UnsupportedError("cda.patients", "The document is about several patients.")
    if not roles or roles[0] is None:
        raise MalformedError("cda.patient", "The document has no recordTarget/patientRole.")
    return people.patient(roles[0])


def _confidentiality(root: etree._Element) -> tuple[str, ...]:
    """Return R or V; N is what everybody expects."""
    code = value(child(root, "confidentialityCode"), "code")
    return (code,) if code not in ("", "N") else ()


def _author(root: etree._Element) -> Professional | None:
    """Return the first author in person, else who answers for the document."""
    entities = [child(author, "assignedAuthor") for author in children(root, "author")]
    entities += [child(root, "legalAuthenticator", "assignedEntity")]
    return next(filter(None, map(people.professional, entities)), None)


def _custodian(root: etree._Element) -> Organisation | None:
    """Return the keeper, with the sector of the facility where the encounter took place."""
    keeper = child(root, "custodian", "assignedCustodian", "representedCustodianOrganization")
    facility = child(root, "componentOf", "encompassingEncounter", "location", "healthCareFacility", "code")
    return people.organisation(keeper, facility)


def _performed(root: etree._Element) -> date | None:
    """Return the day of the first documented act that has one."""
    return next(filter(None, map(times.day, _act_times(root))), None)


def _act_times(root: etree._Element) -> Iterator[str]:
    for act in children(root, "documentationOf"):
        time = child(act, "serviceEvent", "effectiveTime")
        yield from (value(holder, "value") for holder in (child(time, "low"), time, child(time, "high")))


def _replaced(root: etree._Element) -> Identifier | None:
    related = [one for one in children(root, "relatedDocument") if value(one, "typeCode") == "RPLC"]
    return people.identifier(child(related[0], "parentDocument", "id")) if related else None


def _version(root: etree._Element) -> int:
    text = value(child(root, "versionNumber"), "value") or "1"
    if not text.isdecimal() or len(text) > _LONGEST_VERSION or not 1 <= int(text) <= _HIGHEST_VERSION:
        raise MalformedError("cda.version", f"versionNumber is a number from 1 to {_HIGHEST_VERSION}.")
    return int(text)


def _of_status(result: Result, *, corrected: bool) -> Result:
    return replace(result, status=Status.CORRECTED) if corrected and result.status is Status.FINAL else result


def holds_document(content: bytes) -> bool:
    """Tell whether an XML file is a CDA, without reading it."""
    if b"ClinicalDocument" not in content and b"\0" not in content:  # a NUL: UTF-16
        return False
    try:
        return local(clinical(markup.parse(content, "cda"))) == "ClinicalDocument"
    except MalformedError:
        return False
