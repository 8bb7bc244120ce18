"""The characters of HPRIM texts: any that is found when reading; ASCII and U+00A0–U+00FF when writing.

What is written means the same in cp1252 and in ISO-8859-1, so that a reader may take it for either.
"""

import re
import unicodedata

from passerelle.core.errors import MalformedError

LARGEST = 4 * 1024 * 1024  # bytes; the ten thousand pages of a file are no letter
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MAC_ACCENT = re.compile(rb"[A-Za-z][\x88\x8e\x8f][A-Za-z]")  # à é è of MacRoman between letters
_ANSI_ACCENT = re.compile(rb"[\xe8-\xea]")  # è é ê of cp1252
_DOS_END = "\x1a\x00"  # what old editors leave at the end of a file
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
UNKNOWN = "\ufffd"


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of an HPRIM file and the codes of what is doubtful about its characters."""
    if len(content) > LARGEST:
        raise MalformedError("hprim.size", f"An HPRIM file has at most {LARGEST} bytes.")
    text, doubts = _decoded(content)
    text = text.rstrip(_DOS_END).replace("\x0c", " ")
    cleaned = _NOT_TEXT.sub(UNKNOWN, text)
    if UNKNOWN in cleaned:
        doubts = (*doubts, "hprim.unknown-characters")
    return cleaned, doubts


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    if content[:2] in _UTF16:
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError as error:
            raise MalformedError("hprim.encoding", "An HPRIM file with a UTF-16 mark is not UTF-16.") from error
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        if _MAC_ACCENT.search(content) and not _ANSI_ACCENT.search(content):
            return content.decode("mac-roman"), ("hprim.macroman-guessed",)
        return content.decode("cp1252", errors="replace"), ()


_EQUAL = {
    "’": "'", "‘": "'", "‚": ",", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"', "‹": "<", "›": ">",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "−": "-", "•": "-", "◦": "-", "▪": "-", "●": "-",
    "…": "...", "œ": "oe", "Œ": "OE", "€": "EUR", "™": "(TM)", "‰": "o/oo", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ƒ": "f",
    "≤": "<=", "≥": ">=", "≠": "<>", "≈": "~", "∼": "~", "→": "->", "←": "<-", "⇒": "=>", "↑": "[hausse]",
    "↓": "[baisse]", "∞": "[infini]", "√": "[racine]", "☐": "[ ]", "☑": "[x]", "☒": "[x]", "✓": "[x]", "✔": "[x]",
    "⁄": "/", "∕": "/", "⅓": " 1/3", "⅔": " 2/3", "μ": "µ", "Ω": "ohm", "℃": "°C", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ı": "i", "ẞ": "SS", "№": "No", "α": "alpha", "β": "bêta", "γ": "gamma", "δ": "delta", "Δ": "delta",
    "κ": "kappa", "λ": "lambda", "ω": "oméga",
}  # fmt: skip
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
# 10⁹ must never become 109.
_RAISED = {raised: f"^{plain}" for raised, plain in zip("⁰⁴⁵⁶⁷⁸⁹⁺⁻", "0456789+-", strict=True)}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
_TABLE = str.maketrans({**_EQUAL, **_RAISED, **_LOWERED, **dict.fromkeys(_INVISIBLE, "")})
_OUTSIDE = re.compile("[^\x20-\x7e\xa1-\xff]")


def fit(text: str) -> tuple[str, int]:
    """Return a text in the characters that every reader has, and how many had to become a question mark."""
    translated = unicodedata.normalize("NFC", text).translate(_TABLE)
    lost = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal lost
        plain = _plain(found.group())
        lost += plain == "?"
        return plain

    return _OUTSIDE.sub(replace, translated), lost


def _plain(character: str) -> str:
    """Return a space for a blank, the bare letter for an accented one that latin-1 lacks, or a question mark."""
    if character.isspace():
        return " "
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if bare.isascii() and bare.isalpha() else "?"
