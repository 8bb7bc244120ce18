"""The chapters of a laboratory's text: `H E M A T O L O G I E` on a line of its own, where it is beyond doubt.

A title is a line of known words. A line in capitals that is not known may be a title too: it ends the chapter, and so
does one that speaks of another fluid. A result has the chapter of the line that shows it, with its label and value.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from passerelle.core.documents.vocabulary import spaced, speaks
from passerelle.core.message import Result


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LONGEST_TITLE = 60
_LONGEST_LABEL = 12  # words with which a line may begin
_SHORTEST_CAPITALS = 4  # letters; less is an abbreviation beside a result
_DECORATION = " \t*-=_+#~:.<>|/"
_BESIDE = _DECORATION.replace(".", "")  # Streptococcus D.
_GAP = re.compile(r"\s{3,}")  # between columns
_LETTERSPACED = re.compile(r"\S(?: \S)*(?:\s{2,}\S(?: \S)*)*")
_DISCIPLINES = _words(
    "hematologie biochimie chimie hemostase coagulation immunologie immunochimie serologie serologies hormonologie"
    " endocrinologie bacteriologie microbiologie virologie parasitologie mycologie allergie allergologie toxicologie"
    " pharmacologie marqueurs vitamines proteines electrophorese immunohematologie cytologie cytobacteriologique"
    " spermiologie spermogramme"
)
_SECTIONS = _words(
    "hemogramme nfs numeration formule leucocytaire plaquettes ionogramme bilan lipidique hepatique renal renale"
    " thyroidien martial phosphocalcique glucidique inflammatoire inflammation enzymologie enzymes lipides hormones"
    " proteinogramme"
)
_FILLERS = _words(
    "et de des du d la le l les sur en a au aux avec ou examen examens analyse analyses resultats autres chapitre suite"
    " general generale generales speciale specialisee medicale clinique cellulaire moleculaire tumoraux standard"
    " complet complete total edta bacterienne virale infectieuse specifiques fonction fonctions"
)
_COLUMNS = _words(
    "resultat resultats unite unites valeur valeurs de reference references ref normale normales usuelles"
    " anteriorite anteriorites anterieur anterieurs anterieures date du le bornes intervalle intervalles"
)
_ISOLATE = re.compile(
    r"(?:isolat|germe|souche|bact[ée]rie|levure|micro-?organisme)s?(?: (?:isol|identifi)[ée]e?s?)?"
    r"(?: ?n?°? ?\d{1,2})? ?: ?(?=[^\W\d_])",
    re.IGNORECASE,
)
_OF_ISOLATE = _words("antibiogramme antibiogrammes antibiotique antibiotiques sensibilite cmi aux des de l et")
_NONE = _words(
    "absence absent absents aucun aucune neant negatif negative non pas voir en sans rares quelques nombreux"
)
_LONGEST_ISOLATE = 60
_SPECIMENS = ("blood", "urine", "elsewhere")
_FEW = 6  # lines between two results, where a number needs no label to be the second one's
_LOOK_AHEAD = 400  # lines of text in which a result is sought
_LONGEST_ROW = 400  # characters; no row of a table is longer, and prose shows no result
_VALUE_BELOW = 2  # lines under a label in which its value may stand
_BETWEEN = re.compile(r"(?<=\d)(?:[.,]|[ \xa0](?=\d{3}(?!\d)))(?=\d)")  # 2.920 shows 2920, 13,3 shows 13.3


def read(lines: Sequence[str], found: Sequence[tuple[Result, int]]) -> tuple[Result, ...]:
    """Return results with their chapters; each came with how many lines of the text stood before it."""
    titles = _Titles(frozenset(spaced(result.label) for result, _ in found) - {""})
    chapters = [titles.line(line) for line in lines]
    if not any(chapter for chapter, _ in chapters):
        return tuple(result for result, _ in found)
    return tuple(_placed(_Shown(lines), chapters, found))


def isolate(line: str) -> str:
    """Return the isolate that a line names, before the heads of columns beside it: `Germe n° 1 : Escherichia coli`."""
    first = re.split(r"\s{2,}|\s*[|/]", line.lstrip(_DECORATION).rstrip(_BESIDE))[0]
    found = _ISOLATE.match(first)
    name = first[found.end() :].strip() if found else ""
    known = len(name) <= _LONGEST_ISOLATE and _NONE.isdisjoint(spaced(name).split()[:1])
    return name if known else ""


def _placed(shown: "_Shown", chapters: list[tuple[str, str]], found: Sequence[tuple[Result, int]]) -> Iterator[Result]:
    """Yield each result with the chapter of the lines that show it, if they have one and the same."""
    start = last = 0
    for result, before in found:
        close = before > last  # lines have come between two results: the second is among them
        start = last if close else start
        among = range(start, min(before, start + _LOOK_AHEAD))
        lines = shown.lines(result, among) or (shown.values(result, among) if close and len(among) <= _FEW else [])
        told = {chapters[line] for line in lines}
        chapter, named = told.pop() if len(told) == 1 else ("", "")
        yield replace(result, chapter=chapter, isolate=named) if chapter else result
        start, last = max([start, *lines[:1]]), before


class _Shown:
    """The lines of a text, to find those that show a result."""

    def __init__(self, lines: Sequence[str]) -> None:
        rows = [line if len(line) <= _LONGEST_ROW else "" for line in lines]
        self._words = [f" {spaced(row)} " for row in rows]
        self._numbers = [frozenset(re.findall(r"\d+", _BETWEEN.sub("", row))) for row in rows]

    def lines(self, result: Result, among: range) -> list[int]:
        """Return the lines that have the label of a result, with its value or a value near below."""
        label, value = f" {spaced(result.label)} ", _Value(result)
        if not label.strip():
            return []
        named = [line for line in among if label in self._words[line]]
        return [line for line in named if any(self._has(value, row) for row in self._rows(line, among.stop))]

    def values(self, result: Result, among: range) -> list[int]:
        """Return the lines that have the number of a result, which the text may name in other words."""
        value = _Value(result)
        return [line for line in among if value.digits and self._has(value, line)]

    def _rows(self, line: int, stop: int) -> Iterator[int]:
        """Yield a line and those under it that have no words before their number."""
        yield line
        for place in range(line + 1, min(line + 1 + _VALUE_BELOW, stop)):
            if self._words[place].lstrip()[:1].isalpha():
                return
            yield place

    def _has(self, value: "_Value", line: int) -> bool:
        return value.digits in self._numbers[line] if value.digits else value.words in self._words[line]


class _Value:
    """The value of a result, as the lines of a text may have it."""

    def __init__(self, result: Result) -> None:
        text = result.measure.value
        self.digits = re.sub(r"\D", "", text)
        self.words = f" {spaced(text)} " if spaced(text) else ""


@dataclass(slots=True)
class _Titles:
    """Follows the titles down a text: the chapter that is open, if any is, and whether it names a fluid."""

    labels: frozenset[str]
    chapter: str = ""
    isolate: str = ""  # whose antibiogram follows; two of them have the same antibiotics
    fluid: bool = False  # a title under it may be of that fluid still, or of blood again

    def line(self, text: str) -> tuple[str, str]:
        """Return the chapter and the isolate of a line, which may be its title."""
        if named := isolate(text):
            self.isolate = named
        elif not set(spaced(text).split()) <= _OF_ISOLATE:
            self._follow(text)
        return self._whole(), self.isolate

    def _whole(self) -> str:
        """Return the chapter with its isolate, as a CDA's organizer names it."""
        return f"{self.chapter or 'Isolat'} : {self.isolate}" if self.isolate else self.chapter

    def _follow(self, text: str) -> None:
        title, words = _title(text), spaced(text)
        known = bool(title) and _known(spaced(title))
        row = self._of_result(words)
        if row and known and spaced(title) in self.labels and self._begins(spaced(title)):
            self.chapter = self.isolate = ""  # the title of a chapter, or a result that is called so
        elif known and not row:
            self._open(title, spaced(title))
        elif not row and (_capitals(title) or self._doubtful(words)):
            self.chapter, self.isolate, self.fluid = "", "", False

    def _of_result(self, words: str) -> bool:
        """Tell whether a line begins with the label of a result."""
        starts = words.split()[:_LONGEST_LABEL]
        return any(" ".join(starts[:length]) in self.labels for length in range(1, len(starts) + 1))

    def _open(self, title: str, words: str) -> None:
        self.isolate = ""
        fluid, discipline = _fluid(words), not _DISCIPLINES.isdisjoint(words.split())
        if not fluid and (self._elsewhere() or (self.fluid and not discipline)):
            self.chapter = ""
        elif fluid or discipline or not self.chapter:
            self.chapter, self.fluid = title, fluid

    def _elsewhere(self) -> bool:
        """Tell whether the chapter is one of a fluid that is neither blood nor urine."""
        return speaks("elsewhere", spaced(self.chapter))

    def _doubtful(self, words: str) -> bool:
        """Tell whether a line that is no title may still be under another one than the chapter's."""
        contrary = any(speaks(name, words) and not speaks(name, spaced(self.chapter)) for name in _SPECIMENS)
        return contrary or self._begins(words)

    def _begins(self, words: str) -> bool:
        """Tell whether words may begin a chapter: those of a section do under a fluid, which they may leave."""
        own = set(words.split())
        return not _DISCIPLINES.isdisjoint(own) or (self.fluid and not _SECTIONS.isdisjoint(own))


def _title(line: str) -> str:
    """Return the title that a line may be, without the heads of columns beside it; nothing where it is a row."""
    text = line.strip(_DECORATION)
    if _LETTERSPACED.fullmatch(text):
        text = " ".join(word.replace(" ", "") for word in re.split(r"\s{2,}", text))
    first, *columns = _GAP.split(text)
    heads = {word for column in columns for word in spaced(column).split() if not word.isdigit()}
    title = first.strip(_DECORATION)
    if not heads <= _COLUMNS or len(title) > _LONGEST_TITLE or any(map(str.isdigit, title)):
        return ""
    return title


def _known(words: str) -> bool:
    """Tell whether a title has known words only, and one that names a discipline, a section or a fluid."""
    named = [word for word in words.split() if word not in _FILLERS]
    return bool(named) and all(word in _DISCIPLINES | _SECTIONS or _fluid(word) for word in named)


def _fluid(words: str) -> bool:
    return any(speaks(name, words) for name in _SPECIMENS)


def _capitals(title: str) -> bool:
    return title.isupper() and sum(map(str.isalpha, title)) >= _SHORTEST_CAPITALS
