"""A letter as sections of text: under its own headings where they are sure, else as one."""

import re
import unicodedata
from dataclasses import dataclass

from lxml import etree

from passerelle.core.documents.cda.writing_elements import Content, element

MOST_SECTIONS = 100

# Lines that French letters use as headings and as nothing else; an address or a name in capitals is none.
_HEADING = re.compile(
    r"(motifs?( d[eu'] ?(la )?(consultation|hospitalisation|l'hospitalisation|sejour|venue|examen))?|indications?"
    r"|antecedents?( (medicaux|chirurgicaux|familiaux|personnels|gynecologiques|obstetricaux|notables"
    r"|medico-?chirurgicaux)( et [a-z]+)?)?|allergies?|facteurs? de risque( cardiovasculaires?)?|mode de vie|autonomie"
    r"|histoire de la maladie( actuelle)?|anamnese|signes fonctionnels"
    r"|traitements?( (habituels?|en cours|actuels?|a l'entree|d'entree|a la sortie|de sortie|personnels?|instaures?))?"
    r"|(ordonnance|prescriptions?)( de sortie)?|examen (clinique|physique|neurologique|cardiologique|general)"
    r"( a l'entree| d'entree| de sortie)?|examens? (complementaires?|paracliniques?|biologiques?)"
    r"|biologie|bilan biologique|imagerie|echographie|scanner|irm|radiographie|electrocardiogramme|ecg|constantes"
    r"|technique|protocole|resultats?|compte[ -]rendu( operatoire)?|intervention|anesthesie|suites( operatoires)?"
    r"|evolution( dans le service)?|diagnostics?( (principal|retenu|associe)s?)?|discussion|interpretation"
    r"|conclusions?|au total|en resume|synthese( medicale)?|conduite a tenir|recommandations?|suivi|surveillance"
    r"|projet (therapeutique|de soins)|rendez-vous|commentaires?)"
)
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a letter under their heading (empty: before the first)."""

    title: str
    lines: tuple[str, ...]


def parts(lines: tuple[str, ...]) -> tuple[Part, ...]:
    """Return a letter in parts; every line is in one of them, as heading or as text."""
    starts = [number for number in range(len(lines)) if _is_heading(lines, number)][:MOST_SECTIONS]
    if not starts:
        return (Part("", lines),)
    found = [Part("", lines[: starts[0]])] if any(line.strip() for line in lines[: starts[0]]) else []
    ends = [*starts[1:], len(lines)]
    for start, end in zip(starts, ends, strict=True):
        found.append(Part(lines[start].strip(" :"), lines[start + 1 : end]))
    return tuple(found)


def _is_heading(lines: tuple[str, ...], number: int) -> bool:
    """Tell whether a line is a heading beyond doubt: a known one, alone, in capitals, with a colon or set apart."""
    line = lines[number].strip()
    if not line or len(line) > _LONGEST or not _HEADING.fullmatch(_folded(line.rstrip(" :"))):
        return False
    apart = number == 0 or not lines[number - 1].strip()
    return line.endswith(":") or line.isupper() or apart


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).casefold().split())


def letter_sections(lines: tuple[str, ...]) -> tuple[etree._Element, ...]:
    """Return a section for each part of a letter: a title and text, and no code that the letter does not have."""
    return tuple(
        element("section", element("title", part.title) if part.title else None, text_of(part.lines))
        for part in parts(lines)
    )


def text_of(lines: tuple[str, ...]) -> etree._Element:
    """Return lines as a narrative; columns are kept by no-break spaces."""
    content: list[Content] = []
    for line in _trimmed(lines):
        content += [line.replace("  ", "\N{NO-BREAK SPACE}" * 2), element("br")]
    return element("text", *content[:-1])


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out blank lines at both ends."""
    said = [number for number, line in enumerate(lines) if line.strip()]
    return lines[said[0] : said[-1] + 1] if said else ()
