"""What entries say in a section whose text says nothing: the text is all that an Apicrypt reader gets (CDA R2 §4.3.5).

Names, values, doses and dates are told, in the words of the document; how entries relate to each other is not.
"""

from collections.abc import Iterator

from lxml import etree

from passerelle.core.documents.cda import times, values
from passerelle.core.documents.cda.referred import Narrative
from passerelle.core.documents.markup import child, children, local, value, words

UNTOLD = "doubt.cda-entries"
"""A section has entries and no text: its original says more."""

MOST = 200  # statements of one section that are told
_LONGEST = 200  # characters of a name
_STATEMENTS = ("observation", "act", "procedure", "substanceAdministration", "supply", "encounter")
_PRODUCT = ("manufacturedProduct", "manufacturedMaterial")


def told(section: etree._Element, narrative: Narrative) -> Iterator[str]:
    """Yield a line for each statement of a section's entries that says something."""
    number = 0
    for entry in children(section, "entry"):
        for statement in (one for one in entry.iter() if local(one) in _STATEMENTS):
            line = _line(statement, narrative)
            if line and number < MOST:
                yield line
            number += bool(line)
    if number > MOST:
        yield f"- et {number - MOST} autres éléments codés, non repris"


def _line(statement: etree._Element, narrative: Narrative) -> str:
    name = _name(statement, narrative)
    said = [_value(one, narrative) for one in (*children(statement, "value"), *children(statement, "doseQuantity"))]
    said += [times.period(time) for time in children(statement, "effectiveTime")]
    told = ", ".join(filter(None, said))
    denied = "NIÉ : " if value(statement, "negationInd") == "true" else ""
    return f"- {denied}{name or 'Sans nom'}{' : ' if told else ''}{told}" if name or told else ""


def _name(statement: etree._Element, narrative: Narrative) -> str:
    """Return what a statement is about: its product, else its code, as the document names them."""
    material = child(statement, "consumable", *_PRODUCT)
    material = child(statement, "product", *_PRODUCT) if material is None else material
    said = words(child(material, "name")) or _concept(child(material, "code"), narrative)
    return (said or _concept(child(statement, "code"), narrative))[:_LONGEST]


def _concept(concept: etree._Element | None, narrative: Narrative) -> str:
    shown = (value(one, "displayName") for one in (concept, *children(concept, "translation")))
    names = (narrative(child(concept, "originalText")), *shown, value(concept, "code"))
    return next(filter(None, names), "")


def _value(element: etree._Element, narrative: Narrative) -> str:
    if local(element) == "doseQuantity":  # its type is implied: PQ or IVL_PQ
        sides = [element, *element]
        return " - ".join(
            " ".join(filter(None, (value(s, "value"), value(s, "unit")))) for s in sides if value(s, "value")
        )
    reading = values.read(element, narrative)
    return " ".join(filter(None, (reading.text, reading.unit)))
