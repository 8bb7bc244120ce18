"""The body of a CDA as text and files: level 1 (one file) or level 3 (sections)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from passerelle.core.documents import narrative
from passerelle.core.documents.cda import entries, media, negation, transcript
from passerelle.core.documents.cda.referred import Narrative
from passerelle.core.documents.effort import LETTERS, Effort, Work
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.documents.narrative.layout import wrap
from passerelle.core.errors import MalformedError
from passerelle.core.message import Attachment

MOST_TEXT = 4_000_000  # characters of a header, of a body: as many as an HPRIM text may have; 3 s
_COPY_TEMPLATE = "1.2.250.1.213.1.1.2.243"  # section FR-Document-PDF-copie
_COPY_CODE = "55108-5"


@dataclass(frozen=True, slots=True)
class Body:
    """What the body says in lines, and the files in it, the PDF first."""

    text: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    doubts: tuple[str, ...] = ()


def read(document: etree._Element, effort: Effort) -> Body:
    """Return the body of a ClinicalDocument; MalformedError `cda.body` where it has none."""
    head = (len(said) for part in document if local(part) != "component" for said in part.itertext())
    _bound(head, effort)
    single = child(document, "component", "nonXMLBody", "text")
    if single is not None:
        return _single(single, effort)
    structured = child(document, "component", "structuredBody")
    if structured is None:
        raise MalformedError("cda.body", "A ClinicalDocument has a nonXMLBody or a structuredBody.")
    told = (len(said) for text in structured.iter("{*}text", "{*}title") for said in text.itertext())
    _bound(told, effort)
    files = media.collect(structured)
    names = {identifier: file.name for identifier, file in files.items()}
    teller = _Teller(names, Narrative(structured))
    text = [line for section in sections(structured) for line in teller.section(section, 0)]
    ordered = sorted(files.values(), key=lambda file: file.media_type != media.PDF)
    return Body(tuple(text[1:]), tuple(ordered), tuple(dict.fromkeys(teller.doubts)))


def sections(owner: etree._Element) -> list[etree._Element]:
    """Return the sections directly under a structuredBody or a section."""
    return [section for component in children(owner, "component") for section in children(component, "section")]


def _bound(lengths: Iterable[int], effort: Effort) -> None:
    length = sum(lengths)
    if length > MOST_TEXT or not effort.spend(Work.XML, length // LETTERS):
        raise MalformedError(
            "cda.text", f"The text of a CDA, or of all those of a mail, has more than {MOST_TEXT} characters."
        )


def _single(element: etree._Element, effort: Effort) -> Body:
    """Read level 1: IHE XDS-SD allows a PDF or plain text; others put images there."""
    if value(element, "representation") != "B64":
        _bound(map(len, element.itertext()), effort)
        return Body(_written(element), ())
    file = media.attachment(element, "document")
    claims_pdf = value(element, "mediaType").lower() == media.PDF
    if file is None or (claims_pdf and file.media_type != media.PDF):
        raise MalformedError("cda.pdf", "The nonXMLBody says that it is a PDF, and is not (ISO 32000-1 §7.5.2).")
    if file.media_type == media.PDF:
        return Body(transcript.lines(file.content, effort), (file,))
    if file.media_type == "text/plain":
        _bound([len(file.content)], effort)
        return Body(_letter(file.content.decode("utf-8", "replace")), ())
    return Body(("Document joint, non transcrit.",), (file,))


def _written(element: etree._Element) -> tuple[str, ...]:
    """Return a letter in plain text; one that is only referred to is elsewhere, and would be lost."""
    lines = _letter("".join(map(str, element.itertext())))
    if not any(lines):
        raise MalformedError("cda.body", "The nonXMLBody of a ClinicalDocument holds its text or a file.")
    return lines


def _letter(text: str) -> tuple[str, ...]:
    """Return plain text in lines that keep its own line breaks."""
    return tuple(piece for line in text.strip().splitlines() for piece in wrap(line, narrative.WIDTH))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Lays out sections, with the names of their files and the narrative that their entries refer to."""

    names: Mapping[str, str]
    narrative: Narrative
    doubts: list[str] = field(default_factory=list)

    def section(self, section: etree._Element, depth: int) -> Iterator[str]:
        """Yield the lines of a section and of those inside it, what its entries deny after its text."""
        copy = _is_copy(section)
        text = narrative.lines(child(section, "text"), media=self.names) if not copy else ()
        coded = self._entries(section) if not copy and not any(text) else []
        title = words(child(section, "title")) or (value(child(section, "code"), "displayName") if coded else "")
        if title:
            yield ""
            rows = wrap(title, narrative.WIDTH)
            yield from rows
            yield ("-" if depth else "=") * max(map(len, rows))
        elif depth == 0:
            yield ""
        if copy:
            yield from (f"[Pièce jointe : {name}]" for name in _files(section, self.names))
        yield from (*text, *coded)
        for warning in negation.warnings(section, self.narrative):
            yield from wrap(warning, narrative.WIDTH)
        for inner in sections(section):
            yield from self.section(inner, depth + 1)

    def _entries(self, section: etree._Element) -> list[str]:
        """Return what the entries of a section without text say."""
        said = list(entries.told(section, self.narrative))
        if not said:
            return []
        self.doubts.append(entries.UNTOLD)
        lead = "ATTENTION : cette partie n'a pas de texte ; voici ce que disent ses données codées."
        return [piece for line in (lead, *said) for piece in wrap(line, narrative.WIDTH, hang="  ")]


def _is_copy(section: etree._Element) -> bool:
    """Tell whether a section only repeats the document as a PDF."""
    templates = [value(template, "root") for template in children(section, "templateId")]
    return _COPY_TEMPLATE in templates or value(child(section, "code"), "code") == _COPY_CODE


def _files(section: etree._Element, names: Mapping[str, str]) -> list[str]:
    return [names[key] for key in (value(element, "ID") for element in section.iter()) if key in names]
