"""The header that every CI-SIS document has (StructMin 1.16), in its order."""

from collections.abc import Iterable

from lxml import etree

from passerelle.core.documents.cda.writing_elements import (
    LAB,
    code,
    element,
    instance,
    null,
    progress,
    since,
    stamp,
    template,
)
from passerelle.core.documents.cda.writing_frame import Frame
from passerelle.core.documents.cda.writing_people import (
    address,
    associate,
    entity,
    organisation_of,
    recipient_of,
    record_target,
)
from passerelle.core.message import Code, Document, Professional

_HEADER_TEMPLATES = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1")  # HL7 France, CI-SIS
_PERFORMER_TEMPLATE = "1.3.6.1.4.1.19376.1.3.3.1.7"
_CONFIDENTIALITY = Code("N", "2.16.840.1.113883.5.25", "Normal")
_AMBULATORY = Code("AMB", "2.16.840.1.113883.5.4", "Ambulatoire (hors établissement)")
_AMBULATORY_SETTING = "AMBULATOIRE"


def root(document: Document, frame: Frame, templates: Iterable[etree._Element]) -> etree._Element:
    """Return a ClinicalDocument with all but its component."""
    time = stamp(document.created)
    author, custodian = frame.author, document.custodian or frame.organisation
    made = element(
        "ClinicalDocument",
        element("realmCode", code="FR"),
        element("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *map(template, _HEADER_TEMPLATES),
        *templates,
        instance(frame.identifier),
        code(document.kind),
        element("title", document.title or document.kind.display),
        element("effectiveTime", value=time),
        code(_CONFIDENTIALITY, name="confidentialityCode"),
        element("languageCode", code="fr-FR"),
        instance(frame.series, "setId"),
        element("versionNumber", value=str(document.version)),
        record_target(document.patient, frame.patient_ids),
        element("author", element("time", value=time), entity("assignedAuthor", author)),
    )
    keeper = organisation_of("representedCustodianOrganization", custodian)
    made.append(element("custodian", element("assignedCustodian", keeper)))
    signed = element("signatureCode", code="S")
    if frame.recipient is not None:
        made.append(element("informationRecipient", recipient_of(frame.recipient), typeCode="PRCP"))
    made.append(element("legalAuthenticator", element("time", value=time), signed, entity("assignedEntity", author)))
    if frame.recipient is not None and frame.recipient.identifier is not None and frame.prescriber:
        made.append(_prescriber(frame.recipient))
    return made


def _prescriber(person: Professional) -> etree._Element:
    """Return who ordered the tests (IHE XD-LAB); he must have a number, and when he did is not known."""
    return element(
        "participant",
        template("1.3.6.1.4.1.19376.1.3.3.1.6"),
        null("time"),
        associate(person),
        typeCode="REF",
    )


def acts(document: Document, frame: Frame, act: Code | None = None) -> tuple[etree._Element, ...]:
    """Return documentationOf, relatedDocument and componentOf; a laboratory's act has a code."""
    day = document.performed or document.created
    laboratory = act is not None
    performer = element(
        "performer",
        template(_PERFORMER_TEMPLATE) if laboratory else None,
        element("time", element("high", value=stamp(day))) if laboratory else None,
        entity("assignedEntity", frame.author, setting=True),
        typeCode="PRF",
    )
    event = element(
        "serviceEvent",
        code(act) if act else None,
        element("statusCode", space=LAB, code=progress(document.results)) if laboratory else None,
        since(day),
        performer,
    )
    parts = [element("documentationOf", event), _replaced(document), _encounter(document, frame)]
    return tuple(part for part in parts if part is not None)


def _replaced(document: Document) -> etree._Element | None:
    if document.replaces is None:
        return None
    return element("relatedDocument", element("parentDocument", instance(document.replaces)), typeCode="RPLC")


def _encounter(document: Document, frame: Frame) -> etree._Element:
    organisation = frame.organisation
    setting = organisation.setting.code if organisation.setting else ""
    place = element("location", element("name", organisation.name), address(organisation.address))
    facility = element("healthCareFacility", code(organisation.sector), place)
    encounter = element(
        "encompassingEncounter",
        code(_AMBULATORY) if setting == _AMBULATORY_SETTING else None,
        since(document.performed or document.created),
        element("responsibleParty", entity("assignedEntity", frame.author)) if frame.answerable else None,
        element("location", facility),
    )
    return element("componentOf", encounter)
