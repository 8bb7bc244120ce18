"""The differences that a round trip may make, each with its reason; anything else is a defect.

A rule explains one field of one measure. The tests demand that each rule is used: a rule for nothing hides something.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.core.networks.told import Line, fitted, number, tokens


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure before and after, and where its words may have gone."""

    before: Line
    after: Line
    said: str  # all lines of the text afterwards, words between blanks
    losses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A difference of one field that loses nothing, or that a Loss tells of."""

    name: str
    why: str
    fields: tuple[str, ...]
    explains: Callable[[str, str, Pair], bool]


def _stands_in_text(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a field that is empty now has its words, or its number, in the text."""
    said = pair.said.split()
    return not new and all(word in said or _is_said(word, said) for word in tokens([old]))


def _is_said(word: str, said: list[str]) -> bool:
    return number(word) is not None and any(number(one) == number(word) for one in said)


def _spelt(old: str, new: str, _: Pair) -> bool:
    return fitted(old) == fitted(new)


def _same_number(old: str, new: str, _: Pair) -> bool:
    return number(old) is not None and number(old) == number(new)


def _same_bound(old: str, new: str, _: Pair) -> bool:
    found = re.fullmatch(r"([<>]=?)\s*(.+)", old)
    return bool(found) and new[:1] == old[:1] and number(found[2]) == number(new.lstrip("<>=")) if found else False


def _starless(old: str, new: str, _: Pair) -> bool:
    return old == f"*{new}*"


def _packed(old: str, new: str, pair: Pair) -> bool:
    found = re.fullmatch(r"(-?[\d.,]+) (?:-|à) (-?[\d.,]+)", pair.before.low)
    if not found:
        return False
    return number(new) == number(found[1] if old == pair.before.low else found[2])


def _case(old: str, new: str, _: Pair) -> bool:
    return old.casefold() == new.casefold()


def _sedimentation(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("mm", "mm/h") and "sédimentation" in pair.before.label.casefold()


def _counted(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a count per mm3 is said in giga per litre, every number of it."""
    if (pair.before.unit, pair.after.unit) not in (("/mm3", "G/L"), ("/uL", "10*9/L")):
        return False
    if old == pair.before.unit:
        return True
    sign = old[:1] if old[:1] in "<>" else ""
    was = number(old.lstrip("<> "))
    return was is not None and new.startswith(sign) and number(new.lstrip("<>")) == was / Decimal(1000)


def _follows_the_words(old: str, new: str, pair: Pair) -> bool:
    return not new and bool(old) and pair.after.value.endswith(f" {_plain(old)}")


def _takes_its_unit(old: str, new: str, pair: Pair) -> bool:
    said, unit = new.removesuffix(f" {_plain(pair.before.unit)}"), pair.before.unit
    return bool(unit) and said != new and (said == old or _same_number(old, said, pair) or _same_bound(old, said, pair))


def _plain(unit: str) -> str:
    return re.sub(r"\{[^}]*\}", "", unit)


def _annotated(old: str, new: str, _: Pair) -> bool:
    return "{" in old and new == _plain(old)


def _not_completed(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("active", "aborted")


def _no_unit(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("1", "")


def _odd_flag(old: str, new: str, pair: Pair) -> bool:
    return not new and old not in ("N", "L", "H", "LL", "HH") and "anormalité" in pair.said


def _blank_is_final(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("", "F")


def _unknown_is_unvalidated(old: str, new: str, _: Pair) -> bool:
    return old not in ("", "F", "R", "C") and new == "R"


def _microbiology(old: str, new: str, pair: Pair) -> bool:
    words = {"S": "sensible", "I": "intermédiaire", "R": "résistant"}
    return not new and words.get(old, "-") in pair.said.split()


def _withdrawn(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("completed", "aborted") and "annulé" in pair.said.split()


def _corrected(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("C", "F") and "biology.corrected" in pair.losses


def _doubted(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a value is said in words because the document contradicts it: its table, or its negationInd."""
    if "attention" not in pair.said or not pair.after.value.endswith("(à vérifier)"):
        return False
    return not new or (new.startswith(f"{old} ") and new == pair.after.value)


_NUMBERS = ("value", "low", "high")
RULES = (
    Rule("doubted", "Table and entry differ, as the reader is told.", (*_NUMBERS, "unit", "flag"), _doubted),
    Rule("spelling", "HPRIM is written in Latin-1: œ is oe, ’ is '.", ("label", "value"), _spelt),
    Rule("decimals", "A decimal point, no blanks between thousands.", _NUMBERS, _same_number),
    Rule("bounds", "< 5 and <5 are the same bound.", ("value",), _same_bound),
    Rule("stars", "*12.9* is 12.9 with a remark.", ("value",), _starless),
    Rule("packed normals", "Both limits stood in one field.", ("low", "high"), _packed),
    Rule(
        "worded normals",
        "No number, or none beside a number with a unit: they are a remark.",
        ("low", "high"),
        _stands_in_text,
    ),
    Rule("odd flag", "HPRIM knows N, L, H, LL, HH: another is a remark.", ("flag",), _odd_flag),
    Rule("annotation", "UCUM's {zorg} is no unit; the narrative says it.", ("unit",), _annotated),
    Rule("no unit", "UCUM's 1 is no unit.", ("unit",), _no_unit),
    Rule("not completed", "Neither vouches for a result.", ("status",), _not_completed),
    Rule("case of a unit", "g/l comes back from UCUM as g/L.", ("unit",), _case),
    Rule("one hour", "The height of a sedimentation is said for one hour.", ("unit",), _sedimentation),
    Rule("counts", "LOINC says counts in giga per litre.", (*_NUMBERS, "unit"), _counted),
    Rule("unit of words", "A text (HL7 ST) has no unit: it follows the words.", ("unit",), _follows_the_words),
    Rule("words with unit", "The same, seen from the value.", ("value",), _takes_its_unit),
    Rule("blank status", "No status is F.", ("status",), _blank_is_final),
    Rule("unknown status", "What vouches for nothing is not validated.", ("status",), _unknown_is_unvalidated),
    Rule("antibiogram", "HPRIM has no letter for S, I, R: it is a remark.", ("flag",), _microbiology),
    Rule("withdrawn", "Of a document that its author withdrew, no result is valid.", ("status",), _withdrawn),
    Rule("corrected", "A CDA observation has no such status: a Loss tells it.", ("status",), _corrected),
)


def explain(pair: Pair) -> tuple[set[str], list[str]]:
    """Return the rules that explain the differences of a pair, and the fields that none explains."""
    used: set[str] = set()
    unexplained: list[str] = []
    for field in Line.__slots__:
        old, new = getattr(pair.before, field), getattr(pair.after, field)
        if old == new:
            continue
        found = next((rule for rule in RULES if field in rule.fields and rule.explains(old, new, pair)), None)
        if found is None:
            unexplained.append(f"{field}: {old!r} → {new!r}")
        else:
            used.add(found.name)
    return used, unexplained


@dataclass(frozen=True, slots=True)
class WordRule:
    """A word that may be missing, or be new, in a text."""

    name: str
    why: str
    explains: Callable[[str, Counter[str], frozenset[str]], bool]


MISSING = (
    WordRule("long words", "A line has 80 columns.", lambda word, _, __: len(word) > 80),
    WordRule(
        "foreign letters",
        "Latin-1 has no such letter: a Loss tells the question mark.",
        lambda word, _, losses: not re.fullmatch("[\x20-\x7e\xa1-\xff]+", word) and "text.outside-latin1" in losses,
    ),
    WordRule(
        "picture of a text",
        "A PDF without text layer is no text: a Loss tells it.",
        lambda _, __, losses: "text.pdf-image" in losses,
    ),
)
ADDED = (
    WordRule("pieces of long words", "A line has 80 columns.", lambda word, _, __: set(word) == {"x"}),
    WordRule(
        "decimals",
        "A decimal point, no blanks between thousands.",
        lambda word, own, _: number(word) is not None and any(number(one) == number(word) for one in own),
    ),
    WordRule(
        "thousands",
        "250 000 is one number.",
        lambda word, own, _: word.isdecimal() and word[:-3] in own and word[-3:] in own,
    ),
    WordRule(
        "century", "81 is 1981 where nobody is 120 years old.", lambda word, own, _: _is_year(word) and word[2:] in own
    ),
)
PHRASES = (
    "Message de l'expéditeur : Images jointes : ATTENTION : ce document remplace une version envoyée auparavant.",
    "Ces documents ne portent pas d'identité INS qualifiée : vérifiez l'identité du patient avant de les classer.",
    "Veuillez trouver ci-joint un ou plusieurs documents de santé (IHE_XDM.zip et PDF).",
    "Identité du patient transmise par l'expéditeur : Nom de naissance Prénoms de naissance Sexe Lieu de naissance",
    "(code INSEE) INS OID Patient Document Date Auteur Structure Destinataire Dossier né née le e Page 1 2 3 4 5",
    "Texte du compte rendu Résultats Analyse Résultat Valeurs de référence Remarques non validé corrigé bas haut très",
    "Copie du document Pièce jointe pdf Compte rendu d'examens biologiques CR ou fiche de consultation Commentaire",
    "Document joint (PDF image), non transcrit.",
    "Anormalité Valeurs normales Signalé par * dans le message d'origine < > à soit supprimé",
    "L'anormalité transmise ne s'accorde pas avec les valeurs Les deux unités ne disent la même chose. N L H LL HH",
    "Le point de ce nombre peut séparer des milliers il transmis comme un texte. Isolat",
    "ATTENTION : le codage du document nie « » (negationInd).",
    "Laboratoire du Nord & Cie Bernard Luc Dr CH Exemple Médecine interne",
    "ATTENTION : des valeurs codées de ce document diffèrent de son texte ; à vérifier contient des résultats niés",
    "le texte du compte rendu donne une autre valeur le document nie ce résultat (negationInd) Antériorité du",
    "CONFIDENTIALITÉ : accès restreint très le patient ne doit pas encore voir ce document a masqué par son auteur",
    "document-2.png document-3.png non transmise aux professionnels de santé les représentants légaux doivent",
    "de la date de naissance du patient l'acte ne donne que motif",
    "Auteur du document 810009999004 Codes LOINC des analyses Statut Normal T/L mn ANNULÉ par son auteur est",
)


def _is_year(word: str) -> bool:
    return word.isdecimal() and len(word) == len("1981") and word[:2] in ("19", "20")
