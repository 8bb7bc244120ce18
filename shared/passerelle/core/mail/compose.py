"""A mail written from checked values only: CRLF, 7-bit, the same bytes for the same arguments."""

import binascii
import hashlib
import re
from base64 import b64encode, encodebytes
from email.utils import format_datetime
from urllib.parse import quote

from passerelle.core.errors import MalformedError
from passerelle.core.mail import envelope
from passerelle.core.message import Attachment, Dispatch, Mailbox

_LONGEST_LINE = 998  # RFC 5322 §2.1.1
_LINE = 78
_WORD = 42  # bytes in an encoded word: 56 signs of base64 and 12 around them
_PIECE = 55  # signs of a file name on one line
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")

Headers = tuple[tuple[str, str], ...]


def write(  # noqa: PLR0913, PLR0917 - a mail has these parts
    dispatch: Dispatch,
    subject: str,
    text: str,
    charset: str,
    attachments: tuple[Attachment, ...],
    headers: Headers = (),
) -> bytes:
    """Return a mail: one text/plain part, flat where there is no attachment, multipart/mixed otherwise."""
    head = [*top(dispatch, subject), *(header(name, value) for name, value in headers), b"MIME-Version: 1.0"]
    parts = (text_part(text, charset), *(_attachment(one) for one in attachments))
    return b"\r\n".join(head) + b"\r\n" + (multipart("mixed", parts) if attachments else parts[0])


def top(dispatch: Dispatch, subject: str) -> tuple[bytes, ...]:
    """Return the fields that every mail has (RFC 5322 §3.6)."""
    thread = [message_id(dispatch.answers)] if dispatch.answers else []
    return (
        mailbox("From", dispatch.sender),
        mailbox("To", dispatch.recipient),
        header("Subject", subject),
        header("Date", format_datetime(dispatch.date)),
        header("Message-ID", message_id(dispatch.message_id)),
        *(header(name, one) for one in thread for name in ("In-Reply-To", "References")),
        *(
            mailbox(name, Mailbox(dispatch.sender.address))
            for name in ("Disposition-Notification-To",)
            if dispatch.receipt
        ),
    )


def message_id(value: str) -> str:
    """Return a Message-ID in its brackets (RFC 5322 §3.6.4)."""
    if not re.fullmatch(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}", value):
        raise MalformedError("mail.message-id", "A Message-ID to write is not of RFC 5322 §3.6.4.")
    return f"<{value}>"


def known_id(value: str) -> tuple[str, ...]:
    """Return the Message-ID of somebody else's mail in its brackets; none where it may not be repeated."""
    try:
        return (message_id(value),)
    except MalformedError:
        return ()


def header(name: str, value: str) -> bytes:
    """Return one field, encoded (RFC 2047) where it is not ASCII, folded; no control character gets in."""
    if not _NAME.fullmatch(name):
        raise MalformedError("mail.header-value", "A header field to write has a name outside RFC 5322 §2.2.")
    plain = _checked(value).isascii() and "=?" not in value
    pieces = value.split(" ") if plain else _words(value)
    return _folded(f"{name}:", pieces)


def mailbox(name: str, box: Mailbox) -> bytes:
    """Return a From or To field with its label (RFC 5322 §3.4)."""
    address = envelope.address(box.address)
    label = _checked(box.label)
    if not label:
        return _folded(f"{name}:", [address])
    if not label.isascii() or "=?" in label:
        return _folded(f"{name}:", [*_words(label), f"<{address}>"])
    quoted = label if _ATOMS.fullmatch(label) else '"' + re.sub(r'(["\\])', r"\\\1", label) + '"'
    return _folded(f"{name}:", [*quoted.split(" "), f"<{address}>"])


def _folded(line: str, pieces: list[str]) -> bytes:
    """Join a field with spaces; each line has at most 78 signs where a space allows it (RFC 5322 §2.1.1)."""
    lines = []
    for piece in pieces:
        if len(line) + 1 + len(piece) > _LINE and piece and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += " " + piece
    lines.append(line)
    if max(map(len, lines)) > _LONGEST_LINE:
        raise MalformedError("mail.header-value", "A header field to write cannot be folded into lines of RFC 5322.")
    return "\r\n".join(lines).encode("ascii")


def _words(value: str) -> list[str]:
    """Return encoded words of at most 75 signs, none of which cuts a character (RFC 2047 §2, §5)."""
    chunks = [b""]
    for sign in value:
        raw = sign.encode()
        if len(chunks[-1]) + len(raw) > _WORD:
            chunks.append(b"")
        chunks[-1] += raw
    return [f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks]


def _checked(value: str) -> str:
    if _CONTROL.search(value):
        raise MalformedError("mail.header-value", "A label to write holds a control character.")
    return value


def text_part(text: str, charset: str) -> bytes:
    """Return a text/plain entity: 7bit where it can be, quoted-printable otherwise."""
    try:
        lines = re.sub(r"\r\n|\r", "\n", text).encode(charset).split(b"\n")
    except (UnicodeEncodeError, LookupError) as error:
        raise MalformedError("mail.charset", "A text does not fit the charset that it is to be written in.") from error
    plain = all(line.isascii() and len(line) <= _LONGEST_LINE and b"\0" not in line for line in lines)
    body = b"\r\n".join(lines if plain else map(_quoted, lines))
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: "
    return head.encode("ascii") + (b"7bit" if plain else b"quoted-printable") + b"\r\n\r\n" + body


def _quoted(line: bytes) -> bytes:
    return binascii.b2a_qp(line, istext=True).replace(b"=\n", b"=\r\n")


def _attachment(one: Attachment) -> bytes:
    if not _TYPE.fullmatch(one.media_type) or _CONTROL.search(one.name) or not one.name:
        raise MalformedError("mail.attachment", "An attachment to write needs a plain name and a media type.")
    head = (
        f"Content-Type: {one.media_type}{_parameter('name', one.name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment{_parameter('filename', one.name)}\r\n\r\n"
    )
    return head.encode("ascii") + encodebytes(one.content).replace(b"\n", b"\r\n").rstrip(b"\r\n")


def _parameter(name: str, value: str) -> str:
    """Return a parameter on its own line: quoted where it is ASCII, extended otherwise (RFC 2231 §3, §4)."""
    if value.isascii() and len(value) <= _PIECE and "=?" not in value:
        return f";\r\n {name}=" + '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    signs = [quote(sign, safe="") for sign in value]
    chunks, line = [], "utf-8''"
    for sign in signs:
        if len(line) + len(sign) > _PIECE:
            chunks.append(line)
            line = ""
        line += sign
    chunks.append(line)
    if len(chunks) == 1:
        return f";\r\n {name}*={chunks[0]}"
    return "".join(f";\r\n {name}*{n}*={chunk}" for n, chunk in enumerate(chunks))


def multipart(kind: str, parts: tuple[bytes, ...]) -> bytes:
    """Return a multipart entity; its boundary is drawn from its content and cannot stand in it."""
    # `=_` never comes out of quoted-printable or base64 (RFC 2045 §6.7 advises such boundaries).
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    boundary = f"=_{digest}".encode("ascii")
    head = b"Content-Type: multipart/" + kind.encode("ascii") + b';\r\n boundary="' + boundary + b'"\r\n'
    body = b"".join(b"\r\n--" + boundary + b"\r\n" + part for part in parts)
    return head + body + b"\r\n--" + boundary + b"--\r\n"
