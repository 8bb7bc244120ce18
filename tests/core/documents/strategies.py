"""Invented people, words, results and documents, drawn by hypothesis: what letters and laboratory reports are made of.

The values are those that real ones hold: accents, apostrophes, hyphens, ligatures, French units, two units of one
result, one-sided ranges, microbiology; and what an attacker or an old program would put in their place.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from hypothesis import strategies as st

from passerelle.core.message import (
    Code,
    Document,
    Identifier,
    Kind,
    Measure,
    Organisation,
    Patient,
    PostalAddress,
    Professional,
    Result,
    Sex,
    Status,
)

LOINC = "2.16.840.1.113883.6.1"
TODAY = date(2026, 11, 22)
INS_ROOT = "1.2.250.1.213.1.4.10"  # INS-NIR of test
LETTER = Code("11488-4", LOINC, "CR ou fiche de consultation")
REPORT = Code("11502-2", LOINC, "CR d'examens biologiques")

_TEXT = """le de patient présente une douleur à l'épaule droite depuis trois semaines sans fièvre ni altération état
général cœur régulier œdème tension 12/8 poids 72,5 kg hôpital jusqu'à aujourd'hui Noël français ç ù ï ë î ô É À Ç
IRM scanner T.A. S.A.U. L5-S1 rendez-vous c'est-à-dire « cité » (entre parenthèses) 50 % +/- n°4 1er 2ème 20/11/2026
µg/l mg/24h < > & <5 >=3 "guillemets" a=b * ** # $ @ ; : ! ? fin FIN lab res"""
WORDS = tuple(_TEXT.split())
ODD_WORDS = (  # each has met a program that broke on it
    "10⁹/L", "≤", "→", "l’ordonnance", "“cité”", "–", "—", "…", "•", "naïve", "Ÿ", "ﬁn", "№", "α", "β-bloquant", "H₂O",
    "****FIN****", "****LAB****", "****FINFICHIER****", "RES|x|y|N|1", "TEX|mot", "$APICRYPT", "a|b", "&lt;", "<br/>",
    "]]>", "\N{NO-BREAK SPACE}insécable", "X" * 90, "zo\u0065\u0301", "\N{SOFT HYPHEN}coupé", "Łódź", "漢字", "😀",
)  # fmt: skip
FAMILIES = (
    "TESTU", "D'ESSAI", "LE GOFF", "DÉMO-NAISSANCE", "LŒUILLET", "O'ESSAI", "DE LA TOUR D'ESSAI", "MÜLLER", "PEÑA",
    "ÇELIK-ŒUVRARD", "ESSAI-AUX-NOMS-TRÈS-LONGS-QUI-NE-FINISSENT-PAS", "Y",
)  # fmt: skip
GIVENS = ("Zoé", "Jean-Noël", "Anne Marie", "Maëlle", "Loïc", "François", "N'Golo", "Cœlia", "Ève", "X")
CITIES = (("59000", "LILLE"), ("29200", "BREST"), ("97400", "SAINT-DENIS"), ("69003", "LYON 03"), ("", "GENÈVE"))
STREETS = ("1 rue de l'Essai", "Bât. B - 2e étage", "12 bis, allée des Œillets", "Lieu-dit « Kérity »", "BP 12")

MEASURED = (  # label, units that one result may have together, with the factor from the first
    ("Glycémie à jeun", (("g/l", 1), ("mmol/l", 5.55))),
    ("Cholestérol total", (("g/l", 1), ("mmol/l", 2.58))),
    ("Créatinine", (("mg/l", 1), ("µmol/l", 8.84))),
    ("Leucocytes", (("/mm3", 1),)),
    ("Hématies", (("T/L", 1),)),
    ("Plaquettes", (("G/L", 1),)),
    ("Hémoglobine", (("g/dl", 1), ("mmol/l", 0.62))),
    ("V.G.M.", (("fl", 1),)),
    ("Sodium", (("mmol/l", 1), ("mEq/l", 1))),
    ("T.S.H. ultra-sensible", (("mUI/l", 1), ("µUI/ml", 1))),
    ("CRP", (("mg/l", 1),)),
    ("INR", (("", 1),)),
    ("I.G.E Totales", (("UI/ml", 1), ("kUI/l", 1))),
    ("Dosage très rare", (("zorg/l", 1), ("zorg/ml", 0.001))),
    ("Vitesse de sédimentation (1 h)", (("mm", 1),)),
)
SAID = (
    ("Aspect", ("limpide", "légèrement trouble", "hématique")),
    ("Nitrites", ("Négatif", "POSITIF")),
    ("Groupe sanguin", ("A", "O Rh +")),
    ("Examen direct", ("Rares leucocytes, absence de germes", "Cocci à Gram +")),
    ("Anticorps anti-HBs", ("> 1000 UI/l", "en cours", "<10")),
)
ANTIBIOTICS = ("Amoxicilline", "Céfotaxime", "Acide nalidixique", "Fosfomycine", "Cotrimoxazole")
CHAPTERS = (
    "BIOCHIMIE",
    "HÉMATOLOGIE",
    "MICROBIOLOGIE",
    "Hormonologie - Sérum",
    "Examen cytobactériologique des urines",
)
REMARKS = ("Contrôlé sur un second prélèvement", "Technique : électrochimiluminescence (Œ2)", "À interpréter < 6 h")

dates_of_birth = st.dates(date(1915, 1, 1), TODAY)
acts = st.dates(date(1990, 1, 1), TODAY)
plain_words = st.sampled_from(WORDS)
words = st.one_of(plain_words, plain_words, plain_words, st.sampled_from(ODD_WORDS))
codes = st.from_regex(r"[A-Z]{1,4}[0-9]{0,3}", fullmatch=True)


@st.composite
def lines(draw: st.DrawFn, words: st.SearchStrategy[str] = words, most: int = 12) -> tuple[str, ...]:
    """Return the text of a letter: sentences, columns, blank lines between them, none at its ends."""
    made = draw(st.lists(st.lists(words, min_size=1, max_size=9), min_size=1, max_size=most))
    apart = draw(st.lists(st.sampled_from([" ", " ", "   "]), min_size=len(made), max_size=len(made)))
    leads = draw(st.lists(st.sampled_from(["", "", "  ", "\n"]), min_size=len(made), max_size=len(made)))
    text = "\n".join(lead + gap.join(one) for lead, gap, one in zip(leads, apart, made, strict=True))
    return tuple(text.strip("\n").split("\n"))


@st.composite
def addresses(draw: st.DrawFn) -> PostalAddress:
    """Return an address, or none."""
    street = draw(st.lists(st.sampled_from(STREETS), max_size=2, unique=True))
    postcode, city = draw(st.sampled_from((("", ""), *CITIES)))
    return PostalAddress(tuple(street), postcode, city)


@st.composite
def patients(draw: st.DrawFn, *, qualified: bool = False) -> Patient:
    """Return a patient as HPRIM tells him, or with the INS of MSSanté and all that goes with it."""
    family, given = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(GIVENS))
    born, sex = draw(dates_of_birth), draw(st.sampled_from(Sex))
    number = f"{'1' if sex is Sex.MALE else '2'}{born:%y%m}99999{draw(st.integers(0, 999)):03}"
    if not qualified:
        local = draw(st.lists(codes, max_size=1))
        return Patient(
            family,
            given,
            born,
            insured=draw(st.sampled_from(("", number, f"{number} 12"))),
            local_ids=tuple(Identifier("", one) for one in local),
            address=draw(addresses()),
        )
    return Patient(
        draw(st.sampled_from((family, family, "ÉPOUSÉE"))),
        given,
        born,
        family,
        f"{given.partition(' ')[0]} Camille Ange" if draw(st.booleans()) else given,
        sex,
        "59350",
        Identifier(INS_ROOT, f"{number}42"),
        local_ids=(Identifier("1.2.250.1.999.1", draw(codes)),),
        address=draw(addresses()),
    )


def _number(draw: st.DrawFn, *, high: int = 400) -> Decimal:
    return Decimal(draw(st.integers(0, high * 100))).scaleb(-draw(st.integers(0, 2)))


@st.composite
def numeric(draw: st.DrawFn) -> Result:
    """Return a measured result: in one unit or two, with a range or half of one, or only bounded."""
    label, units = draw(st.sampled_from(MEASURED))
    value, low, width = (_number(draw) for _ in range(3))
    limits = draw(st.sampled_from(("both", "low", "high", "none")))
    bound = draw(st.sampled_from(("", "", "", "<", ">")))
    measures = []
    for unit, factor in units[: draw(st.integers(1, len(units)))]:
        numbers = [f"{(one * Decimal(str(factor))).normalize():f}" for one in (value, low, low + width)]
        within = numbers[1] if limits in ("both", "low") else "", numbers[2] if limits in ("both", "high") else ""
        measures.append(Measure(bound + numbers[0], unit, None, *within))
    return Result(
        label,
        Kind.TEXT if bound else Kind.NUMERIC,
        measures[0],
        measures[1] if len(measures) > 1 else None,
        flag=draw(st.sampled_from(("", "N", "L", "H", "LL", "HH"))),
    )


@st.composite
def said(draw: st.DrawFn) -> Result:
    """Return a result in words: an aspect, a germ, or what an antibiogram says of an antibiotic (S, I, R)."""
    if draw(st.booleans()):
        label, found = draw(st.sampled_from(SAID))
        return Result(label, Kind.TEXT, Measure(draw(st.sampled_from(found))))
    return Result(draw(st.sampled_from(ANTIBIOTICS)), Kind.CODED, Measure(draw(st.sampled_from("SIR"))))


@st.composite
def results(draw: st.DrawFn, most: int = 10) -> tuple[Result, ...]:
    """Return the results of a report, by chapter, no label twice in it."""
    drawn = draw(st.lists(st.one_of(numeric(), numeric(), said()), min_size=1, max_size=most, unique_by=_label))
    return tuple(_in_chapters(draw, drawn))


def _label(result: Result) -> str:
    return result.label


def _in_chapters(draw: st.DrawFn, drawn: list[Result]) -> Iterator[Result]:
    chapters = sorted(draw(st.sampled_from(("", *CHAPTERS))) for _ in drawn)
    for result, chapter in zip(drawn, chapters, strict=True):
        local = tuple(Code(one, "") for one in draw(st.lists(codes, max_size=1)))
        yield Result(
            result.label,
            result.kind,
            result.measure,
            result.second,
            local,
            result.flag,
            draw(st.sampled_from(Status)),
            chapter,
            remarks=tuple(draw(st.lists(st.sampled_from(REMARKS), max_size=2, unique=True))),
        )


@st.composite
def authors(draw: st.DrawFn) -> Professional:
    """Return somebody with a national number, and his laboratory or surgery."""
    return Professional(
        draw(st.sampled_from(FAMILIES)),
        draw(st.sampled_from(GIVENS)),
        draw(st.sampled_from(("Dr", "Pr", "Mme", ""))),
        Identifier("1.2.250.1.71.4.2.1", f"8100099{draw(st.integers(0, 99_999)):05}"),
        Code("G15_10/SM03", "1.2.250.1.213.1.1.4.5", "Médecin - Biologie médicale (SM)"),
        Organisation(
            draw(st.sampled_from(("Laboratoire du Nord & Cie", "CH de l'Œuvre", "Cabinet « Les Tilleuls »"))),
            Identifier("1.2.250.1.71.4.2.2", f"15900{draw(st.integers(0, 99_999)):05}"),
            Code("SA25", "1.2.250.1.71.4.2.4", "Laboratoire de biologie médicale"),
            Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
            draw(addresses()),
            draw(st.sampled_from(("", "03 00 00 00 04"))),
        ),
    )


@st.composite
def documents(draw: st.DrawFn, *, numbered: bool = False, words: st.SearchStrategy[str] = words) -> Document:
    """Return a letter or a laboratory report: with the numbers of MSSanté, or with none as HPRIM has it."""
    found = draw(st.one_of(st.just(()), results()))
    kind = REPORT if found else LETTER
    performed = draw(acts)
    return Document(
        identifier=Identifier("1.2.250.1.999.7", f"doc-{draw(st.integers(1, 999))}") if numbered else None,
        kind=kind,
        title=kind.display,
        created=datetime.combine(performed, time(9, 30), UTC),
        patient=draw(patients(qualified=numbered)),
        author=draw(authors()) if numbered else None,
        performed=performed,
        addressee="" if numbered else draw(st.sampled_from(("", ".          Dr Jean MARTIN"))),
        file_number="" if numbered else draw(st.sampled_from(("", "D77", "2026-0042"))),
        text=draw(lines(words)) if not found or draw(st.booleans()) else (),
        results=found,
    )
