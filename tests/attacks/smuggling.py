"""Ends of mails that one server sees and another does not (SMTP smuggling, SEC Consult 2023)."""

from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda

SMTP = "SMTP smuggling, SEC Consult 2023 (CVE-2023-51764, CVE-2023-51765, CVE-2023-51766)"
SECOND = (
    b"MAIL FROM:<chef@ch.mssante.example>\r\nRCPT TO:<x@y.example>\r\nDATA\r\nFrom: chef@ch.mssante.example\r\n\r\nFAUX"
)

# What stands around the dot. A CR alone is refused, and so is a LF alone among lines that end with CRLF: a mail with LF
# only is how a disk keeps it (a pipe of Postfix). What goes out is written anew, with CRLF, and its dots are stuffed.
BARE_CR = {
    "CR . CR": b"\r.\r",
    "CRLF . CR": b"\r\n.\r",
    "CR . CRLF": b"\r.\r\n",
    "CR . LF": b"\r.\n",
    "LF . CR": b"\n.\r",
    "CR CR LF . CR CR LF": b"\r\r\n.\r\r\n",
    "CRLF . CR CR LF": b"\r\n.\r\r\n",
    "CR LF CR . CR LF": b"\r\n\r.\r\n",
}
MIXED = {
    "LF . LF": b"\n.\n",
    "LF . CRLF": b"\n.\r\n",
    "CRLF . LF": b"\r\n.\n",
    "LF LF . LF": b"\n\n.\n",
}
DOTS = {
    "CRLF . CRLF": b"\r\n.\r\n",
    "CRLF .. CRLF": b"\r\n..\r\n",
    "CRLF . SP CRLF": b"\r\n. \r\n",
}
NUL = {"LF . CR NUL": b"\n.\r\x00", "CRLF . NUL CRLF": b"\r\n.\x00\r\n", "CRLF NUL . CRLF": b"\r\n\x00.\r\n"}


def _text(dot: bytes) -> bytes:
    return bridge.mixed(b"Content-Type: text/plain\r\n\r\nBonjour" + dot + SECOND, bridge.part(make_cda.xdm()))


def _cases(dots: dict[str, bytes], verdict: str) -> list[Attack]:
    return [
        Attack(f"smuggling: {name}", SMTP, Door.MSSANTE, lambda dot=dot: _text(dot), verdict)  # type: ignore[misc]
        for name, dot in dots.items()
    ]


ATTACKS = (
    *_cases(BARE_CR, "REFUSED mail.bare-cr"),
    *_cases(NUL, "REFUSED mail.nul"),
    *_cases(MIXED, "REFUSED mail.bare-lf"),
    *_cases(DOTS, "READY"),
    Attack(
        "smuggling: LF only, LF . LF",
        SMTP,
        Door.MSSANTE,
        lambda: _text(MIXED["LF . LF"]).replace(b"\r\n", b"\n"),
        "READY",
    ),
)
