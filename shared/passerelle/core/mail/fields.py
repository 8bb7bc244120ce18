"""Header fields as they come in: unfolded, decoded (RFC 2047, RFC 2231), without control characters."""

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from passerelle.core.errors import MalformedError
from passerelle.core.mail import envelope
from passerelle.core.message import Mailbox

LONGEST_BLOCK = 256 * 1024
LONGEST_FIELD = 16 * 1024
MOST_PARAMETERS = 100
LONGEST_VALUE = 4 * 1024  # of a field with parameters
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)  # RFC 5322 §2.2, §4.5.2
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")  # RFC 2047 §2, RFC 2231 §5
_CHARSET = re.compile(r"utf-?8|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|cp850|macintosh")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')  # RFC 2045 §5.1
_CONTROL = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029))
_LABELLED = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^"<>,;:])*)<([^<>\s]+)>(?:\s*\([^()]*\))?')  # RFC 5322 §3.4
_BARE = re.compile(r"([^<>\s()\",;:]+)(?:\s*\(([^()]*)\))?")

Fields = tuple[tuple[str, str], ...]


def parse(block: bytes) -> Fields:
    """Return names and raw values of a header block, unfolded; MalformedError `mail.header…` beyond the limits."""
    if len(block) > LONGEST_BLOCK:
        raise MalformedError("mail.header-block", f"A header block is longer than {LONGEST_BLOCK} bytes.")
    return tuple(_field(lines) for lines in _folded(block))


def _folded(block: bytes) -> Iterator[bytes]:
    field: list[bytes] = []
    for line in block.replace(b"\r\n", b"\n").split(b"\n"):
        if field and line[:1] in (b" ", b"\t"):
            field.append(line)  # RFC 5322 §2.2.3: unfolding removes the CRLF and nothing else
            continue
        if field:
            yield b"".join(field)
        field = [line] if line else []
    if field:
        yield b"".join(field)


def _field(line: bytes) -> tuple[str, str]:
    if len(line) > LONGEST_FIELD:
        raise MalformedError("mail.header-length", f"A header field is longer than {LONGEST_FIELD} bytes.")
    match = _FIELD.fullmatch(line)
    if not match:
        raise MalformedError("mail.header", "A line of the header block is no field of RFC 5322 §2.2.")
    return match[1].decode("ascii"), text(match[2]).strip()


def text(raw: bytes, charset: str = "utf-8") -> str:
    """Return bytes as text: in their charset where it is known and true, else as UTF-8, else as ISO-8859-1."""
    known = charset if _CHARSET.fullmatch(charset.lower()) else "utf-8"
    for candidate in (known, "utf-8"):
        with suppress(UnicodeDecodeError, LookupError):
            return raw.decode(candidate)
    return raw.decode("iso-8859-1")


def clean(value: str) -> str:
    """Return a value without control characters; an encoded word may hide a line end (RFC 2047 §5 forbids it)."""
    return value.translate(_CONTROL).strip()


def decode(value: str) -> str:
    """Return a value with its encoded words decoded (RFC 2047 §6), then cleaned."""
    pieces: list[tuple[bytes, str]] = []
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        if between.strip() or not pieces:  # RFC 2047 §6.2: white space between two words vanishes
            pieces.append((between.encode("utf-8", "replace"), "utf-8"))
        _join(pieces, _word(match), match[1].lower())
        end = match.end()
    pieces.append((value[end:].encode("utf-8", "replace"), "utf-8"))
    return clean("".join(text(raw, charset) for raw, charset in pieces))


def _join(pieces: list[tuple[bytes, str]], raw: bytes, charset: str) -> None:
    """Join neighbours of one charset: writers cut multibyte characters between words."""
    last, its_charset = pieces[-1]
    if last and its_charset == charset:
        pieces[-1] = (last + raw, charset)
    else:
        pieces.append((raw, charset))


def _word(match: re.Match[str]) -> bytes:
    encoded = match[3].encode("utf-8", "replace")
    if match[2] in "qQ":
        return binascii.a2b_qp(encoded, header=True)
    try:
        return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        return match[0].encode("utf-8", "replace")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the bare value of a field, in lower case, and its parameters, continuations joined (RFC 2231 §3)."""
    if value.count(";") > MOST_PARAMETERS or len(value) > LONGEST_VALUE:
        raise MalformedError(
            "mail.parameters", f"A field has over {MOST_PARAMETERS} parameters or {LONGEST_VALUE} signs."
        )
    found: dict[str, str] = {}
    for name, quoted in _PARAMETER.findall(value):
        if name.lower() in found:
            raise MalformedError("mail.parameter-twice", "A field has the same parameter twice (RFC 2045 §5).")
        found[name.lower()] = _unquote(quoted)
    plain = {name: decode(text_) for name, text_ in found.items() if "*" not in name}
    extended = {name.split("*")[0] for name in found if "*" in name}
    return value.split(";", maxsplit=1)[0].strip().lower(), plain | {name: _extended(name, found) for name in extended}


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _extended(name: str, found: dict[str, str]) -> str:
    """Join and decode `name*`, or `name*0*`, `name*1`… (RFC 2231 §3, §4)."""
    if f"{name}*" in found:
        keys = [f"{name}*"]
    else:
        keys = [key for n in range(MOST_PARAMETERS) for key in (f"{name}*{n}", f"{name}*{n}*") if key in found]
    if not keys:
        return ""
    charset, first = "utf-8", found[keys[0]]
    if keys[0].endswith("*") and first.count("'") > 1:
        charset, _, first = first.split("'", 2)
    values = [first, *(found[key] for key in keys[1:])]
    raw = (
        unquote_to_bytes(part) if key.endswith("*") else part.encode() for key, part in zip(keys, values, strict=True)
    )
    return clean(text(b"".join(raw), charset))


def mailbox(value: str) -> Mailbox:
    """Return the one mailbox of a From field; MalformedError `mail.from` where it is not exactly one."""
    labelled = _LABELLED.fullmatch(value)
    bare = None if labelled else _BARE.fullmatch(value)
    match = labelled or bare
    if not match:
        raise MalformedError("mail.from", "From must hold exactly one mailbox (RFC 5322 §3.6.2).")
    address, label = (match[2], match[1]) if labelled else (match[1], match[2] or "")
    try:
        return Mailbox(envelope.address(address), decode(_unquote(label)))
    except MalformedError as error:
        raise MalformedError("mail.from", "The address in From is not of RFC 5321 §4.1.2.") from error
