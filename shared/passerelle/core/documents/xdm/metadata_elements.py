"""Elements of METADATA.XML (ebRIM 3.0): slots, classifications and external identifiers, each bound to its object."""

import re
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from passerelle.core.message import Code, Identifier, Organisation, Professional

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}  # HL7 v2.5 §2.7.1
_PROFESSIONALS = "1.2.250.1.71.4.2.1"
_ORGANISATIONS = "1.2.250.1.71.4.2.2"


def uuid(name: str) -> str:
    """Return the URN that a name has for ever."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def element(tag: str, /, *children: etree._Element, **attributes: str) -> etree._Element:
    """Return an element of ebRIM."""
    made = etree.Element(f"{{{RIM}}}{tag}")
    for key, value in attributes.items():
        made.set(key, _legal(value))
    made.extend(children)
    return made


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def slot(name: str, *values: str) -> etree._Element:
    """Return a slot."""
    listed = element("ValueList")
    for value in values:
        etree.SubElement(listed, f"{{{RIM}}}Value").text = _legal(value)
    return element("Slot", listed, name=name)


def label(tag: str, text: str) -> etree._Element:
    """Return a Name or a Description in French."""
    string = element("LocalizedString", charset="UTF-8", value=text)
    string.set(_LANGUAGE, "fr-FR")
    return element(tag, string)


def classification(owner: str, scheme: str, concept: Code) -> etree._Element:
    """Return a code of the object that it stands in, which it also names."""
    return element(
        "Classification",
        slot("codingScheme", concept.system),
        label("Name", concept.display or concept.code),
        id=uuid(f"{owner} {scheme} {concept.code}"),
        classificationScheme=f"urn:uuid:{scheme}",
        classifiedObject=owner,
        nodeRepresentation=concept.code,
    )


def author(owner: str, scheme: str, person: Professional) -> etree._Element:
    """Return the author of a document or of a submission."""
    profession, organisation = person.profession, person.organisation
    slots = [slot("authorPerson", xcn(person))]
    if organisation is not None:
        slots.insert(0, slot("authorInstitution", xon(organisation)))
    if profession is not None:
        slots.append(slot("authorSpecialty", f"{profession.code}^{escaped(profession.display)}^{profession.system}"))
    return element(
        "Classification",
        *slots,
        id=uuid(f"{owner} {scheme} author"),
        classificationScheme=f"urn:uuid:{scheme}",
        classifiedObject=owner,
        nodeRepresentation="",
    )


def external(owner: str, scheme: str, name: str, value: str) -> etree._Element:
    """Return an external identifier of the object that it stands in, which it also names."""
    return element(
        "ExternalIdentifier",
        label("Name", name),
        id=uuid(f"{owner} {scheme}"),
        identificationScheme=f"urn:uuid:{scheme}",
        registryObject=owner,
        value=value,
    )


def escaped(text: str) -> str:
    """Return a component of HL7 v2 with its delimiters escaped."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def cx(identifier: Identifier, kind: str) -> str:
    """Return a patient's identifier: NH for an INS, PI for a local one."""
    return f"{escaped(identifier.extension)}^^^&{identifier.root}&ISO^{kind}"


def xcn(person: Professional) -> str:
    """Return a professional; a number that is not national is EI."""
    number = person.identifier or Identifier("", "")
    kind = "IDNPS" if number.root == _PROFESSIONALS else "EI"
    names = f"{escaped(number.extension)}^{escaped(person.family)}^{escaped(person.given)}"
    return f"{names}^^^^^^&{number.root}&ISO^D^^^{kind}"


def xon(organisation: Organisation) -> str:
    """Return a structure; a number that is not national is FI."""
    number = organisation.identifier or Identifier("", "")
    kind = "IDNST" if number.root == _ORGANISATIONS else "FI"
    return f"{escaped(organisation.name)}^^^^^&{number.root}&ISO^{kind}^^^{escaped(number.extension)}"
