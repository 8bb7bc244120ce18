"""HPRIM files as the wild writes them, drawn by hypothesis: encodings, line ends, 12 or 13 lines, odd RES lines.

`Wild.text` is what a perfect reader has after decoding; the oracles of the round trips split it on their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from passerelle.core.message import Measure, Patient, Result, Status
from tests.core.documents.strategies import acts, lines, patients, results

BLANK = ""
_STATUSES = {Status.FINAL: ("F", "F", ""), Status.UNVALIDATED: ("R", "P"), Status.CORRECTED: ("C",)}
_WORDS = """le patient présente une douleur à l'épaule droite depuis œdème 12/8 72,5 kg hôpital jusqu'à ç ù É À « cité »
50 % +/- n°4 20/11/2026 µg/l <5 >=3 & " * ; : ! ? fin LAB | l’ordonnance — … a|b"""
_PLAIN = (*_WORDS.split(), "X" * 90, "漢字", "10⁹/L", "β-bloquant")
_ODD_RES = (
    "RES||IGET 005|A",
    "RES|Code à part|X|N|1|g/l|0|2|N|F||||||trop",
    "RES|Sérologie|S1|N|Négatif",
    "RES|Créatinine (étoile)|CR|N|*12.9*|mg/l|6|12|H|F",
    "RES|Excès de base|BE|N|-8|mmol/l|-2 - 2||",
    "RES|Excès d'acide|BA|N|3,5|mmol/l|0,5 à 1,2|||F",
    "RES|Plaquettes (milliers)|PL|N|250 000|/mm3|150 000|400 000|N|F",
    "RES|Troponine|TNT|A|< 0,10|µg/l|||N|F",
    "RES|IgE|IGE|N|164|UI/ml|jusqu'à 60|ans|+|F",
    "RES|Bactériurie|BU|A|10e3 à 10e4|UFC/ml",
    " RES|Potassium|K|N|4.1|mmol/l|3.5|5.1|N|F",
    "RES|Seule",
    "RES|Leucocytes (urines)|LU|N|4,500|/ml||10000|L|F",
)
_ENDS = ("\r\n", "\r\n", "\n", "\r", "\r\r\n")
_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "cp1252", "cp1252", "utf-16", "mac-roman")
_MAC_SIGN = re.compile(rb"[A-Za-z][\x88\x8e\x8f][A-Za-z]")
_ANSI_SIGN = re.compile(rb"[\xe8-\xea]")
_CP1252_HOLES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_DATES = ("{0:%d/%m/%Y}", "{0:%d/%m/%Y}", "{0:%d-%m-%Y}", "{0.day}/{0.month}/{0:%Y}", "{0:%Y-%m-%d}", "{0:%d/%m/%y}")


@dataclass(frozen=True, slots=True)
class Wild:
    """An HPRIM file, and its text as it was before it was encoded."""

    content: bytes
    text: str
    encoding: str


@st.composite
def hprim_messages(draw: st.DrawFn, most: int = 2) -> Wild:
    """Return an HPRIM file of one message or several about as many patients."""
    written = [_message(draw) for _ in range(draw(st.integers(1, most)))]
    rows = [row for message in written for row in (*message, draw(st.sampled_from(("****FIN****", " ****fin****"))))]
    rows += draw(st.sampled_from((["****FINFICHIER****"], ["****FINFICHIER****"], [], ["****FINFICHIER****", BLANK])))
    rows += draw(st.sampled_from(([], [], [], ["Envoyé par le logiciel d'essai"])))
    return _encoded("\n".join(rows) + "\n", draw(st.sampled_from(_ENCODINGS)), draw(st.sampled_from(_ENDS)))


def _encoded(text: str, encoding: str, end: str) -> Wild:
    """Return the file; where the encoding could not be told from the bytes, in UTF-8."""
    ended = text.replace("\n", end)
    content = ended.encode(encoding, errors="replace")
    guessed = encoding == "mac-roman" and not (_MAC_SIGN.search(content) and not _ANSI_SIGN.search(content))
    shadowed = encoding == "cp1252" and _MAC_SIGN.search(content) and not _ANSI_SIGN.search(content)
    if guessed or shadowed or _is_utf8(content, encoding) or _CP1252_HOLES.search(content * (encoding == "cp1252")):
        encoding, content = "utf-8", ended.encode()
    return Wild(content, content.decode(encoding).replace(end, "\n"), encoding)


def _is_utf8(content: bytes, encoding: str) -> bool:
    """Tell whether bytes of another encoding happen to be UTF-8 too."""
    if encoding not in ("cp1252", "mac-roman") or content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _message(draw: st.DrawFn) -> list[str]:
    text = list(draw(lines(st.sampled_from(_PLAIN), most=8)))
    rows = [*_header(draw, draw(patients())), *draw(st.sampled_from(([BLANK], [BLANK], []))), *text]
    if draw(st.integers(0, 3)):
        rows += _lab(draw, text, draw(results(most=6)))
    return rows


def _header(draw: st.DrawFn, patient: Patient) -> list[str]:
    code = patient.local_ids[0].extension if patient.local_ids else draw(st.sampled_from((".", "Compte rendu", "0")))
    address = [*patient.address.lines, "", ""][:2]
    lead = draw(st.sampled_from(([], [], [BLANK])))
    day = draw(acts)
    return [
        *lead,
        code,
        _padded(draw, patient.family),
        _padded(draw, patient.given),
        *(_padded(draw, line) for line in address),
        _padded(draw, f"{patient.address.postcode} {patient.address.city}".strip()),
        _dated(draw, patient.birth_date or day),
        patient.insured,
        draw(st.sampled_from(("", "D77", "    506232"))),
        draw(st.sampled_from((_dated(draw, day), f"{day:%d/%m/%Y}", f"M-5128-{day:%d/%m/%Y}"))),
        draw(st.sampled_from((".          LABO DU NORD", "         C LabEssai      "))),
        draw(st.sampled_from((".          Dr MARTIN", "     FAKFAK MARTIN JEAN   "))),
    ]


def _padded(draw: st.DrawFn, text: str) -> str:
    return text + draw(st.sampled_from(("", "", "        ")))


def _dated(draw: st.DrawFn, day: date) -> str:
    return draw(st.sampled_from(_DATES)).format(day)


def _lab(draw: st.DrawFn, text: Sequence[str], found: Sequence[Result]) -> list[str]:
    """Return a LAB section: the text again, or only what it lacks, with the RES lines between."""
    rows = [f"TEX|{line}" if line else "TEX" for line in (text if draw(st.booleans()) else text[:1])]
    if draw(st.booleans()):
        rows.append("TEX|Commentaire : résultat à contrôler dans 3 mois")
    chapter = ""
    for result in found:
        if result.chapter != chapter:
            chapter = result.chapter
            rows += ["TEX", f"TEX|                 {chapter}", "TEX"]
        rows += _res(draw, result)
    rows += draw(st.lists(st.sampled_from(_ODD_RES), max_size=3, unique=True))
    return ["****LAB****", *rows]


def _res(draw: st.DrawFn, result: Result) -> list[str]:
    """Return a result as a line of 9 to 14 fields, or its second unit on a line « soit »."""
    kind = draw(st.sampled_from((result.kind.value, result.kind.value, "N")))
    code = result.codes[0].code if result.codes else ""
    status = draw(st.sampled_from(_STATUSES[result.status]))
    comma = draw(st.booleans()) and _commas(result)
    first = _fields(draw, result.measure, comma=comma)
    head = ["RES", result.label, code, kind, *first, result.flag, status]
    if result.second is None:
        short = not status and not result.flag and draw(st.booleans())
        return ["|".join(head[:5] if short and not any(first[1:]) else [*head, *draw(st.sampled_from(([], [""] * 4)))])]
    second = _fields(draw, result.second, comma=comma)
    if draw(st.booleans()):
        return ["|".join([*head, *second])]
    again = ["RES", draw(st.sampled_from(("soit", "Soit :"))), code, kind, *second, result.flag, status]
    return ["|".join(head), "|".join(again)]


def _commas(result: Result) -> bool:
    """Tell whether a comma can stand for the point: 4,500 may be thousands."""
    measures = [result.measure, *([result.second] if result.second else [])]
    numbers = [one for measure in measures for one in (measure.value, measure.low, measure.high)]
    return not any(re.search(r"[1-9]\d*\.\d{3}$", number) for number in numbers)


def _fields(draw: st.DrawFn, measure: Measure, *, comma: bool) -> list[str]:
    fields = [measure.value, measure.low, measure.high]
    value, low, high = (one.replace(".", ",") if comma and re.search(r"\d", one) else one for one in fields)
    packed = low and high and draw(st.integers(0, 4)) == 0 and float(measure.low) <= float(measure.high)
    limits = [f"{low} - {high}", ""] if packed else [low, high]
    spaced = re.sub(r"^([<>])", r"\1 ", value) if draw(st.booleans()) else value
    return [spaced, measure.unit, *limits]
