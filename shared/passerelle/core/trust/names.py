"""Distinguished names, to compare: the name in a certificate, and what people have typed for it into a list.

Real lists write the same name with the attributes in either order, by alias or by OID, with commas (RFC 4514, RFC 2253,
RFC 1779) or slashes (openssl), with more or fewer spaces, in quotes, in capitals. None of this tells two holders apart.
"""

import re
import unicodedata

from asn1crypto import parser
from cryptography import x509

from passerelle.core.errors import MalformedError

LONGEST = 1024
"""Characters of a name in a list."""

Name = tuple[tuple[str, str], ...]
"""Attributes as OID and folded value, sorted."""

_OIDS = {
    **dict.fromkeys(("cn", "commonname"), "2.5.4.3"),
    **dict.fromkeys(("sn", "surname"), "2.5.4.4"),
    "serialnumber": "2.5.4.5",
    **dict.fromkeys(("c", "countryname"), "2.5.4.6"),
    **dict.fromkeys(("l", "localityname"), "2.5.4.7"),
    **dict.fromkeys(("st", "s", "sp", "stateorprovincename"), "2.5.4.8"),
    **dict.fromkeys(("street", "streetaddress"), "2.5.4.9"),
    **dict.fromkeys(("o", "organizationname"), "2.5.4.10"),
    **dict.fromkeys(("ou", "organizationalunitname"), "2.5.4.11"),
    **dict.fromkeys(("t", "title"), "2.5.4.12"),
    "postalcode": "2.5.4.17",
    **dict.fromkeys(("gn", "g", "givenname"), "2.5.4.42"),
    "organizationidentifier": "2.5.4.97",
    **dict.fromkeys(("e", "email", "emailaddress"), "1.2.840.113549.1.9.1"),
    **dict.fromkeys(("dc", "domaincomponent"), "0.9.2342.19200300.100.1.25"),
    **dict.fromkeys(("uid", "userid"), "0.9.2342.19200300.100.1.1"),
}
_STRINGS = {  # of X.520's DirectoryString and the older ones (X.680 §8.6), by class, form and tag
    **{(0, 0, tag): "ascii" for tag in (18, 19, 22, 26)},
    (0, 0, 12): "utf-8",
    (0, 0, 20): "latin-1",
    (0, 0, 28): "utf-32-be",
    (0, 0, 30): "utf-16-be",
}
_TYPE = rf"\s*(?:(?i:oid\.)?(?P<oid>[0-9]+(?:\.[0-9]+)+)|(?P<alias>(?i:{'|'.join(_OIDS)})))\s*="
_SLASHES = re.compile(rf"/(?={_TYPE.replace('?P<oid>', '?:').replace('?P<alias>', '?:')})")
_PIECE = re.compile(r'(?P<quoted>[^="]*=\s*"(?:\\.|[^"\\])*"\s*(?=[,;+]|$))|(?P<plain>(?:\\.|[^\\,;+])*)', re.DOTALL)
_PAIR = re.compile(rf"{_TYPE}(?P<value>.*)", re.DOTALL)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)


def parse(text: str) -> Name:
    """Return a name that is written; MalformedError `trust.name` where it has no attribute, or is too long."""
    if len(text) > LONGEST:
        raise MalformedError("trust.name", "A name of a certificate is too long to be one.")
    trimmed = text.strip()
    pieces = _SLASHES.split(trimmed)[1:] if trimmed.startswith("/") else list(_joined(trimmed))
    pairs = [_PAIR.match(piece) for piece in pieces]
    if not pieces or not all(pairs):
        raise MalformedError("trust.name", "A name of a certificate is TYPE=value, with commas or slashes between.")
    return _sorted([(_oid(pair), _value(pair["value"])) for pair in pairs if pair])


def of(subject: x509.Name) -> Name:
    """Return the name of a certificate's holder."""
    return _sorted([(one.oid.dotted_string, _text(one.value)) for one in subject])


def folded(text: str) -> str:
    """Return a value without what tells nobody apart: case, runs of spaces, compatibility forms, quotation marks."""
    wide = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(wide.replace('"', " ").split())


def _sorted(pairs: list[tuple[str, str]]) -> Name:
    return tuple(sorted((oid, folded(value)) for oid, value in pairs))


def _joined(text: str) -> list[str]:
    """Return the attributes of a name with commas; what follows a comma and is no attribute belongs to the value."""
    found: list[str] = []
    at = 0
    while at <= len(text):
        piece = _PIECE.match(text, at)
        end = piece.end() if piece else len(text)
        if found and not _PAIR.match(text, at, end):
            found[-1] += text[at - 1 : end]
        else:
            found.append(text[at:end])
        at = end + 1
    return found


def _oid(pair: re.Match[str]) -> str:
    return pair["oid"] or _OIDS[pair["alias"].lower()]


def _value(text: str) -> str:
    """Return what a written value says (RFC 4514 §2.4)."""
    bare = text.strip()
    if bare.startswith("#"):
        return _decoded(bare[1:])
    return _ESCAPED.sub(_unescaped, bare)


def _unescaped(found: re.Match[str]) -> str:
    return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "replace") if found[1] else found[2]


def _decoded(digits: str) -> str:
    """Return the string of a value in hex of BER (X.690 §8.23); as it is written where it holds none."""
    try:
        kind, constructed, tag, _, content, _ = parser.parse(bytes.fromhex(digits), strict=True)
        said: str = content.decode(_STRINGS[kind, constructed, tag])
    except (ValueError, KeyError):
        return "#" + digits
    return said


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else "#" + value.hex()
