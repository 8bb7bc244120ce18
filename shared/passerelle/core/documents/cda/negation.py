"""What the entries of a section deny, and its narrative seems to affirm: a problem, an allergy, a vaccine."""

import re
from collections.abc import Iterator

from lxml import etree

from passerelle.core.documents.cda import crosscheck, values
from passerelle.core.documents.cda.referred import Narrative
from passerelle.core.documents.markup import child, children, local, value, words

MOST = 100  # warnings of one section; a reader of so many has been warned
_STATEMENTS = ("observation", "act", "procedure", "substanceAdministration", "supply", "encounter")
_CODED = ("CD", "CE", "CV", "CO")  # a number or « faux » is said by its cell
_NAMES = re.compile(r"sans (?:autre )?(?:précision|complication)|non (?:précisée?s?|classée?s?)|non-", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:non|no|pas|aucune?|absente?s?|absence|négati(?:f|ve)s?|sans|jamais|ni|nie|niée?s?|exclue?s?|refus\w*"
    r"|infirmée?s?|éliminée?s?|faux|indemne)\b|(?:^|\s)(?:-+|0|∅)(?:\s|$)",
    re.IGNORECASE,
)


def warnings(section: etree._Element, narrative: Narrative) -> Iterator[str]:
    """Yield a sentence for each entry of a section that denies (negationInd) what its own row does not deny."""
    said: dict[str, None] = {}
    for entry in children(section, "entry"):
        for statement in (one for one in map(_denying, entry.iter()) if one is not None):
            place = narrative.place(*(child(statement, *path) for path in (("text",), ("code", "originalText"))))
            place = narrative.place(child(statement, "value", "originalText")) if place is None else place
            if place is not None and len(said) < MOST and not _denied(place):
                said[_name(statement, place)] = None
    yield from (f"ATTENTION : le codage du document nie « {name} » (negationInd)." for name in said if name)


def _denying(element: etree._Element) -> etree._Element | None:
    """Return the statement that an element denies: itself, or what it relates to."""
    if value(element, "negationInd") != "true":
        return None
    related = (one for one in element if local(one) in _STATEMENTS)
    statement = element if local(element) in _STATEMENTS else next(related, None)
    answer = child(statement, "value")
    return statement if answer is None or values.data_type(answer) in _CODED else None


def _denied(place: etree._Element) -> bool:
    row = crosscheck.row(place)
    text = " ".join(words(cell) for cell in row) if row is not None else words(place)
    return bool(_DENIED.search(_NAMES.sub(" ", text)))


def _name(statement: etree._Element, place: etree._Element) -> str:
    answer, product = child(statement, "value"), value(child(statement, "code"), "displayName")
    return value(answer, "displayName") or words(place)[:200] or product
