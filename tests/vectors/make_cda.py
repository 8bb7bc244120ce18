"""Synthetic CDA documents and XDM zips, made from scratch: nobody in them exists."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from html import escape

from tests.vectors import make_pdf

INS_ROOT = "1.2.250.1.213.1.4.10"  # INS-NIR of test
INS = "299027699900172"
INS_ID = f'<id root="{INS_ROOT}" extension="{INS}"/>'
LOCAL_ID = '<id root="1.2.250.1.999.1" extension="P-42"/>'
LOINC = "2.16.840.1.113883.6.1"
_SPACES = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

NAME = """<name><family qualifier="BR">DÉMO-NAISSANCE</family><given>Aline Rose</given>
<given qualifier="BR">Aline</given><family qualifier="CL">DÉMO-USAGE</family><given qualifier="CL">Aline</given>
</name>"""

_HEADER = """<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="1.2.250.1.999.7" extension="doc-1"/>
<code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="{display}"/>
<title>{title}</title><effectiveTime value="20250314101500+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/>
<setId root="1.2.250.1.999.7" extension="set-1"/><versionNumber value="{version}"/>
<recordTarget><patientRole>{ids}
<addr><houseNumber>3</houseNumber><streetName>allée des Essais</streetName><postalCode>49000</postalCode>
<city>ANGERS</city></addr>
<patient>{name}<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19990214"/>
<birthplace><place><addr><county>49007</county></addr></place></birthplace></patient></patientRole></recordTarget>
<author><time value="20250314101500+0100"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899900000001"/>
<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin généraliste"/>
<assignedPerson><name><prefix>MME</prefix><given>Odile</given><family>AUTEUR</family><suffix>DR</suffix></name>
</assignedPerson><representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1490000001"/>
<name>Cabinet des Essais</name><telecom value="tel:0200000000"/></representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1490000001"/>
<name>Cabinet des Essais</name></representedCustodianOrganization></assignedCustodian></custodian>
<documentationOf><serviceEvent><effectiveTime><low value="20250313083000+0100"/></effectiveTime></serviceEvent>
</documentationOf>{related}<componentOf><encompassingEncounter><location><healthCareFacility>
<code code="SA07" codeSystem="1.2.250.1.71.4.2.4" displayName="Cabinet individuel"/></healthCareFacility></location>
</encompassingEncounter></componentOf>"""

REPLACES = """<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.7" extension="doc-0"/>
</parentDocument></relatedDocument>"""

LETTER_BODY = """<structuredBody><component><section><title>Motif</title>
<text>Douleur du genou<br/>depuis <content styleCode="Bold">trois</content> jours.</text></section></component>
<component><section><title>Examen</title><text><list><item>Genou sec</item><item>Pas de fièvre</item></list></text>
<component><section><title>Conclusion</title><text><paragraph>Entorse bénigne.</paragraph></text></section></component>
</section></component></structuredBody>"""


def cda(body: str = LETTER_BODY, **changes: str) -> bytes:
    """Return a CDA; `changes`: code, display, title, version, ids, name, related."""
    fields = {
        "code": "11488-4",
        "display": "CR ou fiche de consultation",
        "title": "Compte rendu de consultation",
        "version": "1",
        "ids": INS_ID + LOCAL_ID,
        "name": NAME,
        "related": "",
        **changes,
    }
    text = f"<ClinicalDocument {_SPACES}>{_HEADER.format(**fields)}<component>{body}</component></ClinicalDocument>"
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()


def self_presenting(document: bytes) -> bytes:
    """Return a CDA inside a style sheet, as « autoprésentable » documents are."""
    inner = document.partition(b"?>")[2]
    sheet = b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
    return sheet + b'<xsl:template match="/"/><d:data xmlns:d="urn:demo">' + inner + b"</d:data></xsl:stylesheet>"


def single(content: bytes, media_type: str = "application/pdf") -> str:
    """Return the body of a level 1 document around a file."""
    packed = base64.encodebytes(content).decode()
    return f'<nonXMLBody><text mediaType="{media_type}" representation="B64">{packed}</text></nonXMLBody>'


def section(text: str, entries: str = "", title: str = "Biochimie") -> str:
    """Return a structured body of one section."""
    return (
        f"<structuredBody><component><section><title>{escape(title)}</title><text>{text}</text>{entries}"
        "</section></component></structuredBody>"
    )


def observation(value: str, **parts: str) -> str:
    """Return a laboratory observation; `parts`: code (whole element), status, more (elements after the value)."""
    code = parts.get("code", f'<code code="2345-7" codeSystem="{LOINC}" displayName="Glucose [Masse/Volume] Sérum"/>')
    return (
        '<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>'
        f'{code}<statusCode code="{parts.get("status", "completed")}"/><effectiveTime value="202503130830"/>'
        f"{value}{parts.get('more', '')}</observation>"
    )


def entry(*observations: str) -> str:
    """Return an entry with an act around observations."""
    inner = "".join(f'<entryRelationship typeCode="COMP">{one}</entryRelationship>' for one in observations)
    return f'<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN">{inner}</act></entry>'


def quantity(number: str, unit: str) -> str:
    """Return a PQ value."""
    return f'<value xsi:type="PQ" value="{number}" unit="{unit}"/>'


def normal(low: str, high: str, unit: str) -> str:
    """Return a normal range."""
    return (
        '<referenceRange typeCode="REFV"><observationRange><value xsi:type="IVL_PQ">'
        f'<low value="{low}" unit="{unit}"/><high value="{high}" unit="{unit}"/></value>'
        '<interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/></observationRange></referenceRange>'
    )


def report(*observations: str, text: str = "<paragraph>Voir ci-dessous.</paragraph>") -> bytes:
    """Return a laboratory report (CR-BIO)."""
    return cda(
        section(text, entry(*observations)),
        code="11502-2",
        display="CR d'examens biologiques",
        title="Compte rendu d'examens biologiques",
    )


def metadata(documents: Mapping[str, bytes], **changes: str) -> bytes:
    """Return METADATA.XML; `changes`: sha1, size, patient, action, replaced for every document."""
    objects = "".join(_extrinsic(name, content, changes) for name, content in documents.items())
    return (
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList><RegistryPackage/>'
        f"{objects}</RegistryObjectList></lcm:SubmitObjectsRequest>"
    ).encode()


def _extrinsic(name: str, content: bytes, changes: Mapping[str, str]) -> str:
    slots = {
        "hash": changes.get("sha1", hashlib.sha1(content, usedforsecurity=False).hexdigest().upper()),
        "size": changes.get("size", str(len(content))),
        "URI": changes.get("uri", name),
        "urn:action:extraMetadataSlot": changes.get("action", ""),
    }
    said = "".join(
        f'<Slot name="{slot}"><ValueList><Value>{value}</Value></ValueList></Slot>'
        for slot, value in slots.items()
        if value
    )
    patient = escape(changes.get("patient", f"{INS}^^^&{INS_ROOT}&ISO^NH"))
    media_type = "application/pdf" if name.upper().endswith(".PDF") else "text/xml"
    return (
        f'<ExtrinsicObject mimeType="{media_type}" id="urn:uuid:0">{said}<ExternalIdentifier '
        f'identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427" value="{patient}"/></ExtrinsicObject>'
    )


def xdm(documents: Mapping[str, bytes] | None = None, folder: str = "IHE_XDM/SUBSET01/", **changes: str) -> bytes:
    """Return an XDM zip of these documents in one subset."""
    held = {"DOC0001.XML": cda()} if documents is None else documents
    files = {folder + name: content for name, content in held.items()}
    return archive(
        {"INDEX.HTM": b"<html/>", "README.TXT": b"-", folder + "METADATA.XML": metadata(held, **changes)} | files
    )


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def pdf(text: str = "") -> bytes:
    """Return a small PDF of one page with one line of text (or none), written by hand."""
    content = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else ""
    return make_pdf.drawing(content.encode("latin-1"), forms=b"", pack=make_pdf.plain)
