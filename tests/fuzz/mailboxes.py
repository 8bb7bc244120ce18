"""What a mailbox brings: the trace of the last server on a mail, and the lines of an IMAP server."""

from passerelle.adapters import imap
from passerelle.core.mail import arrival
from tests.fuzz.registry import Target

_MAIL = (
    b"Return-Path: <a@b.example>\r\nX-Original-To: c@d.example\r\nReceived: from x by y\r\n"
    b'To: "E, F" <c@d.example> (g), group: h@i.example;\r\nBcc: j@k.example\r\n\r\nBonjour\r\n'
)
_LINE = b"1 (UID 7 FLAGS (\\Seen \\Flagged) RFC822.SIZE 42 BODY[] {3}"


def _arrived(content: bytes) -> None:
    found = arrival.read(content, "X-Original-To")
    assert all("@" in one for one in (*found.recipients, *found.addressed))


def _answered(content: bytes) -> None:
    imap.listed(content, 1)
    head, _, after = content.partition(b"\r\n")
    assert imap.content([(head, b"x"), after], 7) in {None, b"x"}


TARGETS = (
    Target("arrival", _arrived, lambda: (_MAIL,), (b"Return-Path:", b"Received:", b"<>", b'"', b"(", b"\\")),
    Target("imap", _answered, lambda: (_LINE, _LINE + b"\r\n UID 7)"), (b"UID ", b"FLAGS (", b"BODY[] {")),
)
