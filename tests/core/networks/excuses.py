"""Why a field of a measure may differ after a round trip."""

import re
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


def stands_in_text(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a field that is empty now has its words, or its number, in the text."""
    said = pair.said.split()
    return not new and all(word in said or _is_said(word, said) for word in tokens([old]))


def _is_said(word: str, said: list[str]) -> bool:
    return number(word) is not None and any(number(one) == number(word) for one in said)


def spelt(old: str, new: str, _: Pair) -> bool:
    return fitted(old) == fitted(new)


def same_number(old: str, new: str, _: Pair) -> bool:
    return number(old) is not None and number(old) == number(new)


def same_bound(old: str, new: str, _: Pair) -> bool:
    found = re.fullmatch(r"([<>]=?)\s*(.+)", old)
    return bool(found) and new[:1] == old[:1] and number(found[2]) == number(new.lstrip("<>=")) if found else False


def starless(old: str, new: str, _: Pair) -> bool:
    return old == f"*{new}*"


def packed(old: str, new: str, pair: Pair) -> bool:
    found = re.fullmatch(r"(-?[\d.,]+) (?:-|à) (-?[\d.,]+)", pair.before.low)
    if not found:
        return False
    return number(new) == number(found[1] if old == pair.before.low else found[2])


def case(old: str, new: str, _: Pair) -> bool:
    return old.casefold() == new.casefold()


def sedimentation(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("mm", "mm/h") and "sédimentation" in pair.before.label.casefold()


def counted(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a count per mm3 is said in giga per litre, every number of it."""
    if (pair.before.unit, pair.after.unit) not in (("/mm3", "G/L"), ("/uL", "10*9/L")):
        return False
    if old == pair.before.unit:
        return True
    sign = old[:1] if old[:1] in "<>" else ""
    was = number(old.lstrip("<> "))
    return was is not None and new.startswith(sign) and number(new.lstrip("<>")) == was / Decimal(1000)


def follows_the_words(old: str, new: str, pair: Pair) -> bool:
    return not new and bool(old) and pair.after.value.endswith(f" {_plain(old)}")


def takes_its_unit(old: str, new: str, pair: Pair) -> bool:
    said, unit = new.removesuffix(f" {_plain(pair.before.unit)}"), pair.before.unit
    return bool(unit) and said != new and (said == old or same_number(old, said, pair) or same_bound(old, said, pair))


def _plain(unit: str) -> str:
    return re.sub(r"\{[^}]*\}", "", unit)


def annotated(old: str, new: str, _: Pair) -> bool:
    return "{" in old and new == _plain(old)


def not_completed(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("active", "aborted")


def no_unit(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("1", "")


def odd_flag(old: str, new: str, pair: Pair) -> bool:
    return not new and old not in ("N", "L", "H", "LL", "HH") and "anormalité" in pair.said


def without_value(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("", "non communiqué")


def blank_is_final(old: str, new: str, _: Pair) -> bool:
    return (old, new) == ("", "F")


def unknown_is_unvalidated(old: str, new: str, _: Pair) -> bool:
    return old not in ("", "F", "R", "C") and new == "R"


def microbiology(old: str, new: str, pair: Pair) -> bool:
    words = {"S": "sensible", "I": "intermédiaire", "R": "résistant"}
    return not new and words.get(old, "-") in pair.said.split()


def withdrawn(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("completed", "aborted") and "annulé" in pair.said.split()


def corrected(old: str, new: str, pair: Pair) -> bool:
    return (old, new) == ("C", "F") and "biology.corrected" in pair.losses


def doubted(old: str, new: str, pair: Pair) -> bool:
    """Tell whether a value is said in words because the document contradicts it: its table, or its negationInd."""
    if "attention" not in pair.said or not pair.after.value.endswith("(à vérifier)"):
        return False
    return not new or (new.startswith(f"{old} ") and new == pair.after.value)
