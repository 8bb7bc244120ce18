"""The differences that a round trip may make, each with its reason; anything else is a defect.

A rule explains one field of one measure. The tests demand that each rule is used: a rule for nothing hides something.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.core.networks.excuses import (
    Pair,
    annotated,
    blank_is_final,
    case,
    corrected,
    counted,
    doubted,
    follows_the_words,
    microbiology,
    no_unit,
    not_completed,
    odd_flag,
    packed,
    same_bound,
    same_number,
    sedimentation,
    spelt,
    stands_in_text,
    starless,
    takes_its_unit,
    unknown_is_unvalidated,
    withdrawn,
    without_value,
)
from tests.core.networks.told import Line, number


@dataclass(frozen=True, slots=True)
class Rule:
    """A difference of one field that loses nothing, or that a Loss tells of."""

    name: str
    why: str
    fields: tuple[str, ...]
    explains: Callable[[str, str, Pair], bool]


_NUMBERS = ("value", "low", "high")


RULES = (
    Rule("doubted", "Table and entry differ, as the reader is told.", (*_NUMBERS, "unit", "flag"), doubted),
    Rule("spelling", "HPRIM is written in Latin-1: œ is oe, ’ is '.", ("label", "value"), spelt),
    Rule("decimals", "A decimal point, no blanks between thousands.", _NUMBERS, same_number),
    Rule("bounds", "< 5 and <5 are the same bound.", ("value",), same_bound),
    Rule("stars", "*12.9* is 12.9 with a remark.", ("value",), starless),
    Rule("packed normals", "Both limits stood in one field.", ("low", "high"), packed),
    Rule(
        "worded normals",
        "No number, or none beside a number with a unit: they are a remark.",
        ("low", "high"),
        stands_in_text,
    ),
    Rule("odd flag", "HPRIM knows N, L, H, LL, HH: another is a remark.", ("flag",), odd_flag),
    Rule("annotation", "UCUM's {zorg} is no unit; the narrative says it.", ("unit",), annotated),
    Rule("no unit", "UCUM's 1 is no unit.", ("unit",), no_unit),
    Rule("not completed", "Neither vouches for a result.", ("status",), not_completed),
    Rule("case of a unit", "g/l comes back from UCUM as g/L.", ("unit",), case),
    Rule("one hour", "The height of a sedimentation is said for one hour.", ("unit",), sedimentation),
    Rule("counts", "LOINC says counts in giga per litre.", (*_NUMBERS, "unit"), counted),
    Rule("unit of words", "A text (HL7 ST) has no unit: it follows the words.", ("unit",), follows_the_words),
    Rule("words with unit", "The same, seen from the value.", ("value",), takes_its_unit),
    Rule("without value", "A result without a value is said to have none (nullFlavor NI).", ("value",), without_value),
    Rule("blank status", "No status is F.", ("status",), blank_is_final),
    Rule("unknown status", "What vouches for nothing is not validated.", ("status",), unknown_is_unvalidated),
    Rule("antibiogram", "HPRIM has no letter for S, I, R: it is a remark.", ("flag",), microbiology),
    Rule("withdrawn", "Of a document that its author withdrew, no result is valid.", ("status",), withdrawn),
    Rule("corrected", "A CDA observation has no such status: a Loss tells it.", ("status",), corrected),
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
    "En-tête du document : Type Numéros du patient Lieu de naissance tél. Acte depuis jusqu'à Demande Prise en charge",
    "Représentant du patient Auteur Saisie Informateur Signataire Validation Intervenant Exécutant Demandeur",
    "Situation familiale décédé Consentement Admission Destinataire en copie",
    "Objet : essai",
    "Responsable Conservation Personne à prévenir Personne de confiance Remplace le document Suivi Adressé par",
    "Auteur du document 810009999004 Codes LOINC des analyses Statut Normal T/L mn ANNULÉ par son auteur est",
)
