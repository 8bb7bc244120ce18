"""What the titles and labels of laboratories speak of: blood, urine, another fluid, a method."""

import re
import unicodedata
from types import MappingProxyType

WORDS = MappingProxyType(  # groups of words, without case and accents
    {
        "blood": r"sang|sanguine?s?|seri(?:que|ques|cite)|serum|plasma|plasmatiques?",
        "hematology": r"hematolog\w*|hemogramme|nfs|nfp|numeration (?:formule|globulaire|sanguine)|formule sanguine",
        "urine": r"urin\w*|ecbu|\w*uries?",
        "elsewhere": r"lcr|cephalo\w*|(?:cephalo)?rachidien\w*|ascit\w*|pleura\w*|synovia\w*|articul\w*|pericard\w*"
        r"|periton\w*|ponction\w*|liquides?|sperm\w*|semin\w*|selles?|copro\w*|fec\w*|lavage\w*|lba|crachats?"
        r"|expector\w*|dialys\w*|moelle|myelogr\w*|medull\w*|saliv\w*|drains?|drainage|amnio\w*|cordon|capillaires?"
        r"|buvard|sueur|redon\w*|epanchement\w*|kystes?|pus|cytobacterio\w*(?! (?:des |d )?urin)|abces|bronch\w*"
        r"|bile|biliaire",
        "electrophoresis": r"electrophoreses?|electrophoretique|epp",
        "haemoglobin": r"hemoglobines?|lipoprot\w*|isoenzym\w*|immunofix\w*",
        "chemistry": r"biochimie|chimie",
        "timed": r"hlm|addis|minutes?|debit|24 ?h",
        "collected": r"24 ?h(?:eures?)?|nycthemer\w*|diurese",
        "gases": r"gaz|gazometri\w*|gazometre",
        "dynamic": r"hgpo|charge|test|epreuves?|apres|prandiale?|post\w*|provoque\w*"
        r"|t(?:0|30|60|90|120|180)|o ?sullivan|cycle|stimulation",
        "cells": r"erythrocyt\w*|globulaires?|intra\w*|hemat\w*",
        "typing": r"typages?|phenotyp\w*|immuno\w*|sous populations?",
    }
)


def speaks(name: str, words: str) -> bool:
    """Tell whether words (as `spaced` returns them) speak of what a group is about."""
    return bool(re.search(rf"\b(?:{WORDS[name]})\b", words))


def says(text: str, words: str) -> bool:
    """Tell whether a text holds words, whole and in their order: « IRM » is not in « confirmé »."""
    wanted = spaced(words)
    return bool(wanted) and f" {wanted} " in f" {spaced(text)} "


def spaced(text: str) -> str:
    """Return words without case, accents and signs."""
    return " ".join(re.sub(r"[^a-z0-9]", " ", plain(text)).split())


def plain(text: str) -> str:
    """Return a text without case and accents."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(char for char in letters if not unicodedata.combining(char)).casefold()
