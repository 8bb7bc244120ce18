"""The chapters of a CR-BIO: a discipline and, where the title is narrower, its part, both by the code of LOINC.

A code is given only for a title that names one thing that ANS's own CR-BIO examples have a code for, or that IHE's
list of specialties puts there (bacteriology, mycology and parasitology are microbiology: XD-LAB, 18725-2).
"""

from dataclasses import dataclass
from types import MappingProxyType

from passerelle.core.documents.cda.writing_elements import LOINC
from passerelle.core.documents.vocabulary import spaced
from passerelle.core.message import Code, Document, Result

_NO_CHAPTER = "Résultats"
UNKNOWN = Code("", "")
_CHEMISTRY = Code("18719-5", LOINC, "Biochimie")
_HEMATOLOGY = Code("18723-7", LOINC, "Hématologie")
_MICROBIOLOGY = Code("18725-2", LOINC, "Microbiologie")
_SEROLOGY = Code("18727-8", LOINC, "Sérologie")
_MARKERS = Code("18718-7", LOINC, "Protéines, marqueurs tumoraux, vitamines")
_COAGULATION = Code("18720-3", LOINC, "Hémostase, coagulation")
_ELECTROPHORESIS = Code("14340-4", LOINC, "Electrophorèse des protéines")
_LIPIDS = Code("57698-3", LOINC, "Bilan lipidique")
_ENDOCRINOLOGY = Code("92895-2", LOINC, "Endocrinologie")
_OF_CHEMISTRY = ("sanguine", "urinaire", "generale", "clinique", "medicale", "specialisee")
_OF_HEMATOLOGY = ("cellulaire", "generale", "biologique", "clinique")

_TITLES = MappingProxyType(  # title as `spaced` folds it → discipline, part (the discipline itself: no narrower)
    {
        **dict.fromkeys(("biochimie", *(f"biochimie {one}" for one in _OF_CHEMISTRY)), (_CHEMISTRY, _CHEMISTRY)),
        **dict.fromkeys(("examens de biochimie", "examens de biochimie sanguine"), (_CHEMISTRY, _CHEMISTRY)),
        **dict.fromkeys(("hematologie", *(f"hematologie {one}" for one in _OF_HEMATOLOGY)), (_HEMATOLOGY, _HEMATOLOGY)),
        **dict.fromkeys(("examens d hematologie",), (_HEMATOLOGY, _HEMATOLOGY)),
        **dict.fromkeys(
            ("microbiologie", "bacteriologie", "mycologie", "parasitologie", "parasitologie mycologie"),
            (_MICROBIOLOGY, _MICROBIOLOGY),
        ),
        **dict.fromkeys(("serologie", "serologies"), (_SEROLOGY, _SEROLOGY)),
        **dict.fromkeys(
            ("proteines marqueurs tumoraux vitamines", "marqueurs tumoraux", "vitamines"), (_MARKERS, _MARKERS)
        ),
        **dict.fromkeys(
            ("hemostase", "coagulation", "hemostase coagulation", "hemostase et coagulation"),
            (_HEMATOLOGY, _COAGULATION),
        ),
        **dict.fromkeys(
            ("electrophorese des proteines", "electrophorese des proteines seriques"), (_CHEMISTRY, _ELECTROPHORESIS)
        ),
        "bilan lipidique": (_CHEMISTRY, _LIPIDS),
        "endocrinologie": (_CHEMISTRY, _ENDOCRINOLOGY),
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """Results under one title of the laboratory."""

    title: str
    code: Code
    rows: tuple[tuple[str, Result], ...]  # each with the ID of its row
    isolate: str = ""  # the micro-organism that all of them are about


@dataclass(frozen=True, slots=True)
class Chapter:
    """A discipline; its code is empty where the title names none."""

    code: Code
    parts: tuple[Part, ...]

    @property
    def flat(self) -> bool:
        """Tell whether it has one part, which is no narrower than the discipline."""
        return len(self.parts) == 1 and self.parts[0].code == self.code


def chapters(document: Document) -> tuple[Chapter, ...]:
    """Return the results by discipline, in the order of the report; what comes twice is joined."""
    found: dict[object, tuple[Code, list[Part]]] = {}
    for (title, isolate), rows in _titled(document).items():
        above = title.removesuffix(f" : {isolate}") if isolate else title
        discipline, part = _TITLES.get(spaced(above), (UNKNOWN, UNKNOWN))
        key = discipline.code or title
        found.setdefault(key, (discipline, []))[1].append(Part(title, part, tuple(rows), isolate))
    return tuple(Chapter(code, tuple(parts)) for code, parts in found.values())


def disciplines(document: Document) -> tuple[Code, ...]:
    """Return the codes of the disciplines that a report has results of."""
    return tuple(chapter.code for chapter in chapters(document) if chapter.code.code)


def _titled(document: Document) -> dict[tuple[str, str], list[tuple[str, Result]]]:
    groups: dict[tuple[str, str], list[tuple[str, Result]]] = {}
    for number, result in enumerate(document.results, 1):
        groups.setdefault((result.chapter or _NO_CHAPTER, result.isolate), []).append((f"r{number}", result))
    return groups
