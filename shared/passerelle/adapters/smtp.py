"""SMTP as the relay speaks it: the standard library's client, with limits for what the peer controls."""

import re
import smtplib
import time
from io import BufferedReader

from passerelle.adapters.settings import Place
from passerelle.steps.ports import Outcome, Reply

MOST_LINES = 128
"""Lines of one reply."""

LONGEST_REPLY_LINE = 2048
"""Bytes of a line of a reply, CRLF included: RFC 5321 §4.5.3.1.5 says 512."""

LONGEST_LINE = 998
"""Bytes of a line of a mail, without CRLF: RFC 5322 §2.1.1."""

_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\r?\n")
_ENHANCED = re.compile(rb"^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?=\s|$)", re.MULTILINE)  # RFC 2034 §4: of each line
_QUEUE_ID = re.compile(rb"(?:\bqueued as|\bid=|\bInternalId=)\s*([A-Za-z0-9-]{1,64})\b", re.IGNORECASE)
_KNOWN_ID = re.compile(  # in no other form: a server could name the patient there, or his number
    rb"(?=[0-9]*[A-F])(?=[A-F]*[0-9])[0-9A-F]{5,16}"  # Postfix
    rb"|(?=[0-9]*[a-z])(?=[a-z]*[0-9])[0-9b-df-hj-np-tv-z]{9,20}"  # Postfix, enable_long_queue_ids: no vowels
    rb"|[0-9][0-9a-z]{5}-0[0-9a-z]{5,10}-[0-9a-z]{2,4}"  # Exim
    rb"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # UUID
    rb"|[0-9]{14}|[0-9]{16,20}",  # Exchange; an INS has 15 digits, 13 without its key
    re.IGNORECASE,
)
_STUFFED = re.compile(rb"^\.", re.MULTILINE)
_NO_XCHAR = re.compile(r"[^!-*,-<>-~]")


class Refused(Exception):  # noqa: N818 - the peer's word, not a fault
    """The peer said no, or what it said cannot be worked with; nothing was delivered."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.code} {reply.enhanced}")
        self.reply = reply


class Peer(smtplib.SMTP):
    """A connection to a mail server; no wait goes past its deadline, no reply past its limits."""

    def __init__(self, place: Place, name: str, *, step: float, deadline: float) -> None:
        self.step = step
        self.deadline = deadline
        super().__init__(place.host, place.port, local_hostname=name, timeout=step)

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of a reply; without one, the connection is closed."""
        try:
            return self._reply()
        except OSError:
            self.close()
            raise

    def _reply(self) -> tuple[int, bytes]:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        if self.file is None:
            self.file = self.sock.makefile("rb")
        lines: list[bytes] = []
        for _ in range(MOST_LINES):
            line = _REPLY.fullmatch(self._line(self.file))
            if not line:
                break
            lines.append(line[3] or b"")
            if line[2] != b"-":
                return int(line[1]), b"\n".join(lines)
        msg = "No reply of RFC 5321 §4.2"
        raise smtplib.SMTPServerDisconnected(msg)

    def _line(self, file: BufferedReader) -> bytes:
        """Return a line, or its beginning; a peer that sends it drop by drop does not outwit the deadline."""
        line, most = b"", LONGEST_REPLY_LINE + 1
        while len(line) < most and not line.endswith(b"\n"):
            self.hurry()
            ready = file.peek()[: most - len(line)]  # receives once at most
            if not ready:
                break
            line += file.read(ready.find(b"\n") + 1 or len(ready))
        return line

    def allow(self, step: float, seconds: float) -> None:
        """Let each step from now on take so long, and all of them together so many seconds."""
        self.step, self.deadline = step, time.monotonic() + seconds

    def hurry(self) -> None:
        """Let the next wait end with the step or the deadline, whichever comes first."""
        left = self.deadline - time.monotonic()
        if left <= 0 or self.sock is None:
            raise TimeoutError
        self.sock.settimeout(min(self.step, left))

    def demand(self, command: str, wanted: int) -> None:
        """Send a command; Refused where the first digit of the answer is not the wanted one."""
        self.hurry()
        code, text = self.docmd(command)
        if code // 100 == wanted:
            return
        reply = answer(code, text)
        if reply.outcome is not Outcome.REJECTED:  # also an answer that is out of place
            reply = Reply(Outcome.POSTPONED, code, reply.enhanced)
        raise Refused(reply)


def answer(code: int, text: bytes) -> Reply:
    """Return what a reply means: 2xx accepted, 4xx postponed, 5xx rejected; anything else is no answer (unknown)."""
    outcome = {2: Outcome.ACCEPTED, 4: Outcome.POSTPONED, 5: Outcome.REJECTED}.get(code // 100, Outcome.UNKNOWN)
    said = _ENHANCED.findall(text)
    fitting = [one.decode() for one in said if one[:1] == b"%d" % (code // 100)]  # RFC 2034 §4: both say the same
    queue_id = _QUEUE_ID.search(text) if outcome is Outcome.ACCEPTED else None
    known = queue_id[1].decode() if queue_id and _KNOWN_ID.fullmatch(queue_id[1]) else ""
    return Reply(outcome, code, next(iter(fitting), ""), known)


def xtext(text: str) -> str:
    """Return a text as RFC 3461 §4 writes it in a parameter: printable, without blanks, `+` and `=`."""
    return _NO_XCHAR.sub(lambda match: f"+{ord(match[0]):02X}", text)


def conforming(mail: bytes) -> bool:
    """Return whether every line ends with CRLF, is not too long, and has no NUL: a bare CR or LF smuggles mails."""
    ends = mail.count(b"\r\n")
    if mail.count(b"\r") != ends or mail.count(b"\n") != ends or b"\0" in mail:
        return False
    return max(map(len, mail.split(b"\r\n"))) <= LONGEST_LINE


def stuffed(mail: bytes) -> bytes:
    """Return the mail as it goes on the wire, without its final dot: RFC 5321 §4.5.2."""
    closed = mail if mail.endswith(b"\r\n") or not mail else mail + b"\r\n"
    return _STUFFED.sub(b"..", closed)
