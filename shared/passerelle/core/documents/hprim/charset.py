"""The characters of HPRIM texts: any that is found when reading; ASCII and U+00A0–U+00FF when writing.

What is written means the same in cp1252 and in ISO-8859-1, so that a reader may take it for either.
"""

import html
import re
import unicodedata

from passerelle.core.errors import MalformedError

LARGEST = 4 * 1024 * 1024  # bytes; the ten thousand pages of a file are no letter
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAMPLE = 64  # bytes that tell UTF-16 without a mark: the first lines of a header are ASCII or nearly so
_DOS_ACCENT = re.compile(rb"[A-Za-z][\x82\x85\x8a][A-Za-z]")  # é à è of cp850 between letters
_MAC_ACCENT = re.compile(rb"[A-Za-z][\x88\x8e\x8f][A-Za-z]")  # à é è of MacRoman between letters
_ANSI_ACCENT = re.compile(rb"[\xe8-\xea]")  # è é ê of cp1252
_DOS_END = "\x1a\x00"  # what old editors leave at the end of a file
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
UNKNOWN = "\ufffd"
_BYTES = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_BYTES |= {chr(byte): byte for byte in range(0x80, 0x100)}
_TWICE = re.compile("[ÂÃÅâ][" + re.escape("".join(char for char, byte in _BYTES.items() if byte < 0xC0)) + "]{1,2}")  # noqa: PLR2004 - RFC 3629: 80..BF follow
_SURELY_TWICE = re.compile("Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")  # no French word has an Ã
_FRENCH = frozenset("ŒœŸ€‘’“”–—…•™" + "".join(map(chr, range(0xA0, 0x100))))
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ANY_END = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of an HPRIM file and the codes of what is doubtful about its characters."""
    if len(content) > LARGEST:
        raise MalformedError("hprim.size", f"An HPRIM file has at most {LARGEST} bytes.")
    text, doubts = _decoded(content)
    if _SURELY_TWICE.search(text):
        text, doubts = _TWICE.sub(_once, text), (*doubts, "hprim.encoded-twice")
    text = text.rstrip(_DOS_END).replace("\x0c", " ")
    cleaned = _NOT_TEXT.sub(UNKNOWN, text)
    if UNKNOWN in cleaned:
        doubts = (*doubts, "hprim.unknown-characters")
    return cleaned, doubts


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    if codec := _UTF16.get(content[:2]) or _unmarked(content[:_SAMPLE]):
        try:
            return content.decode(codec), ()
        except UnicodeDecodeError as error:
            raise MalformedError("hprim.encoding", "An HPRIM file that begins as UTF-16 is not UTF-16.") from error
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return _of_one_byte(content)


def _unmarked(start: bytes) -> str:
    """Return the UTF-16 that a text without a mark is in: every second byte of ASCII is null."""
    low, high = start[::2], start[1::2]
    if len(start) < _SAMPLE or b"\0\0" in start:
        return ""
    return "utf-16-le" if not any(high) else "utf-16-be" if not any(low) else ""


def _of_one_byte(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return a text in cp1252, or in MacRoman or cp850 where its accents are of them and none is of cp1252."""
    mac, dos = (len(accent.findall(content)) for accent in (_MAC_ACCENT, _DOS_ACCENT))
    if mac == dos or _ANSI_ACCENT.search(content):
        return content.decode("cp1252", errors="replace"), ()
    if mac > dos:
        return content.decode("mac-roman"), ("hprim.macroman-guessed",)
    return content.decode("cp850"), ("hprim.cp850-guessed",)


def _once(found: re.Match[str]) -> str:
    """Return the character whose UTF-8 was taken for cp1252 and written in UTF-8 again; else what stands there."""
    seen = found.group()
    for length in range(len(seen), 1, -1):
        try:
            meant = bytes(_BYTES[char] for char in seen[:length]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if meant in _FRENCH:
            return meant + seen[length:]
    return seen


def lines(text: str) -> list[str]:
    """Return a line, or those into which HTML breaks it, without entities: each stays one, whatever they stand for."""
    if "<" not in text and "&" not in text:
        return [text]
    return [_spelt(piece) for piece in _BREAK.split(text)]


def field(text: str) -> str:
    """Return a field without breaks and entities of HTML, nor blanks around it."""
    return " ".join(lines(text)).strip()


def _spelt(text: str) -> str:
    plain = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    return _NOT_TEXT.sub(UNKNOWN, " ".join(_ANY_END.split(plain)))


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


def columns(text: str) -> int:
    """Return how many characters a text has once it is written: « œ » has two, a zero-width space none."""
    if text.isascii():
        return len(text)
    return len(fit(text)[0])


def _plain(character: str) -> str:
    """Return a space for a blank, the bare letter for an accented one that latin-1 lacks, or a question mark."""
    if character.isspace():
        return " "
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if bare.isascii() and bare.isalpha() else "?"
