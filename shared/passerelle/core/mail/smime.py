"""The MIME around S/MIME (RFC 8551 §3): CMS messages put into mails and taken out of them, never opened here.

Outer fields (From, To, Subject, Date, Message-ID) stay outside. Where the inner entity has such a field itself,
protected by the signature (RFC 9788), it takes the place of the outer one.
"""

import re
from base64 import encodebytes
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime, prescan

_LINES = re.compile(rb"[^\r\n \t][^\r\n]*(?:\r?\n|\Z)(?:[ \t][^\r\n]*(?:\r?\n|\Z))*")  # RFC 5322 §2.2.3
_ENTITY = re.compile(rb"(content-[^:\s]*|mime-version)\s*:", re.IGNORECASE)
_CMS_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURE_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_SUFFIXES = (".p7m", ".p7z")  # RFC 8551 §3.2.1, §3.10: gateways change the type and keep the name


@dataclass(frozen=True, slots=True)
class Locked:
    """A CMS message out of a mail; what it signs stands beside it where the signature is detached."""

    cms: bytes
    detached: bytes | None = None


def divide(mail: bytes) -> tuple[bytes, bytes]:
    """Return the fields about the mail, and the MIME entity that it is: its Content-… fields and its body."""
    head, body = prescan.cut(mail)
    lines = _LINES.findall(head)
    outer = b"".join(line for line in lines if not _ENTITY.match(line))
    inner = b"".join(line for line in lines if _ENTITY.match(line))
    return _crlf(outer), _crlf(inner) + b"\r\n" + body


def join(outer: bytes, entity: bytes) -> bytes:
    """Return the mail that an entity is under these outer fields."""
    head, body = prescan.cut(_crlf(entity))
    names = {_name(line) for line in _LINES.findall(head)}
    kept = b"".join(line for line in _LINES.findall(outer) if _name(line) not in names)
    return kept + head + b"\r\n" + body


def wrap(cms: bytes, kind: str) -> bytes:
    """Return the entity of a CMS message: `kind` is the smime-type of RFC 8551 §3.2.2."""
    head = (
        f'Content-Type: application/pkcs7-mime; smime-type={kind};\r\n name="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n'
    )
    return head.encode("ascii") + encodebytes(cms).replace(b"\n", b"\r\n")


def unwrap(entity: bytes) -> Locked | None:
    """Return the CMS message that an entity is, at its root and nowhere deeper; None where it is none."""
    found, leaves = prescan.scan(entity)
    value = next((value for name, value in found if name.lower() == "content-type"), "text/plain")
    media_type, parameters = fields.parameters(value)
    if media_type == "multipart/signed":
        return _detached(entity, parameters)
    if media_type.startswith("multipart/"):
        return None
    part = mime.decoded(leaves[0])
    if media_type in _CMS_TYPES or part.name.lower().endswith(_SUFFIXES):
        return Locked(part.content)
    return None


def _detached(entity: bytes, parameters: dict[str, str]) -> Locked:
    """Return the signature of a multipart/signed, and the part that it covers with its header block (RFC 1847 §2.1)."""
    _, body = prescan.cut(entity)
    halves = prescan.parts(body, parameters.get("boundary", ""))
    if len(halves) != 2:  # noqa: PLR2004 - content and signature
        raise MalformedError("mail.signed", "A multipart/signed must have two parts (RFC 1847 §2.1).")
    signatures = [mime.decoded(leaf) for leaf in prescan.scan(halves[1])[1]]
    if len(signatures) != 1 or signatures[0].media_type not in _SIGNATURE_TYPES:
        raise MalformedError("mail.signed", "The second part of a multipart/signed must be a signature of S/MIME.")
    return Locked(signatures[0].content, _crlf(halves[0]))


def _name(line: bytes) -> bytes:
    return line.split(b":", 1)[0].strip().lower()


def _crlf(content: bytes) -> bytes:
    """Return content with the line ends of the wire, which a signature covers (RFC 8551 §3.1.1)."""
    if content.count(b"\n") == content.count(b"\r\n"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
