"""Who a mail is from, said twice or said wrongly; fields that hide other fields."""

from base64 import b64encode

from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda

MAILSPLOIT = "Mailsploit, Haddouche 2017"
SPOOFING = "Chen, Paxson, Jiang: Composition Kills, USENIX Security 2020"
SHEN = "Shen et al.: Weak Links in Authentication Chains, USENIX Security 2021"
INJECTION = "CWE-93, CRLF injection after RFC 2047 decoding"
TWICE = "RFC 5322 §3.6: fields that stand at most once"

US = bridge.HOSPITAL.address.encode()
CHIEF = b"chef@ch.mssante.example"


def _mail(sender: bytes = b"", extra: bytes = b"") -> bytes:
    top = bridge.head(sender, extra)
    return bridge.mixed(b"Content-Type: text/plain\r\n\r\nBonjour", bridge.part(make_cda.xdm()), top=top)


def _word(text: bytes) -> bytes:
    return b"=?utf-8?b?" + b64encode(text) + b"?="


FROM = {
    "two From fields": (b"From: %s\r\nFrom: %s\r\n" % (US, CHIEF), SPOOFING),
    "two From fields, one in capitals": (b"FROM: %s\r\nfrom: %s\r\n" % (CHIEF, US), SPOOFING),
    "From with a space before its colon, and From": (b"From : %s\r\nFrom: %s\r\n" % (CHIEF, US), SPOOFING),
    "no From": (b"Sender: %s\r\n" % US, SPOOFING),
    "two addresses": (b"From: %s, %s\r\n" % (US, CHIEF), SPOOFING),
    "two addresses in brackets": (b"From: <%s>, <%s>\r\n" % (CHIEF, US), SPOOFING),
    "two brackets without a comma": (b"From: <%s><%s>\r\n" % (CHIEF, US), SHEN),
    "an address as the label of another in brackets without quotes": (b"From: %s <%s>, x\r\n" % (CHIEF, US), SHEN),
    "a group": (b"From: Equipe: %s;\r\n" % US, "RFC 6854: group syntax in From"),
    "an empty group and an address": (b"From: Equipe:;, %s\r\n" % US, "RFC 6854: group syntax in From"),
    "a route": (b"From: <@relais.example:%s>\r\n" % US, SPOOFING),
    "a comment inside the address": (b"From: medecine(%s)@ch.mssante.example\r\n" % CHIEF, SPOOFING),
    "nested comments": (b"From: %s ((%s))\r\n" % (US, CHIEF), SPOOFING),
    "an encoded address": (b"From: %s\r\n" % _word(US), MAILSPLOIT),
    "an encoded address with brackets": (b"From: %s <x>\r\n" % _word(b"<%s>" % US), MAILSPLOIT),
    "a backslash before the at sign": (b"From: medecine\\@ch.mssante.example@evil.example\r\n", SPOOFING),
    "a truncated address": (b"From: <%s\r\n" % US, SPOOFING),
    "a domain of other letters": ("From: medecine@ch.mssante.ex\u0430mple\r\n".encode(), "Unicode TR 39 homographs"),
    "a folded address": (b"From: medecine@ch.mssante\r\n .example\r\n", SPOOFING),
    "two At signs": (b"From: medecine@ch.mssante.example@evil.example\r\n", SPOOFING),
    "an address literal": (b"From: medecine@[192.0.2.1]\r\n", "RFC 5321 §4.1.3"),
}
DIFFERENT = {
    "an encoded address cut by NUL": (b"From: %s@evil.example\r\n" % _word(US + b"\x00"), MAILSPLOIT),
    "an encoded address cut by LF": (b"From: %s@evil.example\r\n" % _word(US + b"\n"), MAILSPLOIT),
    "somebody else, with our address as the label": (b'From: "%s" <%s>\r\n' % (US, CHIEF), MAILSPLOIT),
    "somebody else, with our address in a comment": (b"From: %s (%s)\r\n" % (CHIEF, US), SPOOFING),
    "somebody else, with our address encoded in the label": (b"From: %s <%s>\r\n" % (_word(US), CHIEF), MAILSPLOIT),
    "somebody else, and a Sender that is us": (b"From: %s\r\nSender: %s\r\n" % (CHIEF, US), SPOOFING),
    "a subdomain of ours": (b"From: medecine@ch.mssante.example.evil.example\r\n", SPOOFING),
    "a domain of ours without its point": (b"From: medecine@chmssante.example\r\n", SPOOFING),
}
TWO = ("Subject", "Date", "Message-ID", "To", "Cc", "Sender", "Reply-To", "Content-Type")
HIDDEN = {
    "Subject: LF and Bcc in base64": _word(b"a\r\nBcc: evil@evil.example\r\n\r\n<b>"),
    "Subject: LF and Bcc in quoted-printable": b"=?utf-8?q?a=0D=0ABcc:_evil@evil.example?=",
    "Subject: line separator U+2028": _word("a\u2028Bcc: evil@evil.example".encode()),
    "Subject: NEL U+0085": _word("a\u0085Bcc: evil@evil.example".encode()),
    "Subject: the word is cut between CR and LF": _word(b"a\r") + b" " + _word(b"\nBcc: evil@evil.example"),
    "Subject: UTF-7": b"=?utf-7?q?a+AA0ACg-Bcc:_evil@evil.example?=",
    "Subject: UTF-16": b"=?utf-16?b?" + b64encode("a\r\nBcc: evil@evil.example".encode("utf-16")) + b"?=",
    "Subject: right-to-left override": _word("a\u202eBcc: evil@evil.example".encode()),
}
LATER = b"\nBcc: evil@evil.example"


def _named(name: bytes) -> bytes:
    disposition = b'Content-Disposition: attachment; filename="%s"\r\n\r\nBonjour' % name
    return bridge.hprim(b"Content-Type: application/octet-stream\r\n" + disposition)


ATTACKS = (
    Attack(
        "From: an address inside a quoted label",
        SHEN,
        Door.MSSANTE,
        lambda: _mail(b'From: "a" "b <%s>" <%s>\r\n' % (CHIEF, US)),
        "READY",
        banned=(CHIEF,),
    ),
    *(
        Attack(f"From: {name}", source, Door.MSSANTE, lambda sender=sender: _mail(sender), "REFUSED mail.from")  # type: ignore[misc]
        for name, (sender, source) in FROM.items()
    ),
    *(
        Attack(
            f"From: {name}",
            source,
            Door.MSSANTE,
            lambda sender=sender: _mail(sender),  # type: ignore[misc]
            "QUARANTINED policy.sender-differs",
        )
        for name, (sender, source) in DIFFERENT.items()
    ),
    *(
        Attack(
            f"{name} twice",
            TWICE,
            Door.MSSANTE,
            lambda name=name: _mail(extra=f"{name}: a@b.example\r\n{name.upper()}: c@d.example\r\n".encode()),  # type: ignore[misc]
            "REFUSED mail.header-twice",
        )
        for name in TWO
    ),
    *(
        Attack(
            name,
            INJECTION,
            Door.MSSANTE,
            lambda word=word: _mail(extra=b"Subject: " + word + b"\r\n"),  # type: ignore[misc]
            "READY",
            banned=(LATER, b"\nBcc"),  # as words of the body it is harmless
        )
        for name, word in HIDDEN.items()
    ),
    Attack(
        "file name: an encoded word with LF",
        INJECTION,
        Door.SIGNED,
        lambda: _named(_word(b"a\r\nBcc: evil@evil.example\r\n.bin")),
        "READY",
        banned=(LATER, b"\nBcc"),
    ),
    Attack(
        "file name: RFC 2231 with LF",
        INJECTION,
        Door.SIGNED,
        lambda: _named(b"x\"; filename*=utf-8''a%0D%0ABcc:%20evil.bin; x=\""),
        "READY",
        banned=(LATER, b"\nBcc"),
    ),
    Attack(
        "file name: right-to-left override",
        "CVE-2009-3376, CWE-451: RLO in file names",
        Door.SIGNED,
        lambda: _named(_word("compte\u202efdp.bin".encode())),
        "READY",
        banned=("\u202e".encode(), b"%E2%80%AE"),
    ),
    Attack(
        "field name with a control character",
        "RFC 5322 §2.2",
        Door.MSSANTE,
        lambda: _mail(extra=b"X\x0bY: z\r\n"),
        "REFUSED mail.header",
    ),
    Attack("a line that is no field", SPOOFING, Door.MSSANTE, lambda: _mail(extra=b"FAUX\r\n"), "REFUSED mail.header"),
    Attack(
        "the first line is a continuation",
        SPOOFING,
        Door.MSSANTE,
        lambda: b" From: " + CHIEF + b"\r\n" + _mail(),
        "REFUSED mail.header",
    ),
    Attack(
        "a field of 20 KB",
        "CWE-400",
        Door.MSSANTE,
        lambda: _mail(extra=b"X: " + b"a" * 20_000 + b"\r\n"),
        "REFUSED mail.header-length",
    ),
    Attack(
        "a header block of 300 KB",
        "CWE-400",
        Door.MSSANTE,
        lambda: _mail(extra=(b"X: " + b"a" * 900 + b"\r\n") * 334),
        "REFUSED mail.header-block",
    ),
)
