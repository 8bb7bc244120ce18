"""Marked mails in a mailbox, on a server that says more than it should."""

from collections.abc import Iterator

from tests.adapters import peers
from tests.attacks import bridge
from tests.canary.stage import Stage


def mailboxes(stage: Stage, mail: bytes) -> Iterator[str]:
    """Mails that `collect` takes out of a mailbox, and what a hostile server says meanwhile."""
    secret = {"Name": "stack/keys/mailbox.mssante.password", "SecretString": '{"password": "secret-of-the-test"}'}
    stage.cloud.client("secretsmanager").create_secret(**secret)
    posted = b"Return-Path: <%b>\r\n" % bridge.HOSPITAL.address.encode()
    posted += b"Received: from mx by imap.example\r\nTo: %b\r\n" % bridge.DOCTOR.alias.encode() + mail
    scripts = {
        "a good mail": peers.imap(posted),
        "a mail for nobody": peers.imap(posted.replace(bridge.DOCTOR.alias.encode(), b"zzqpinson@nobody.example")),
        "a mail without an envelope": peers.imap(mail),
        "a mail that is none": peers.imap(b"zzqserin\r\n" + mail),
        "a server that chatters": (b"* OK zzqserin 14/02/1999\r\n", b"* BYE zzqserin\r\n"),
        "a server that says no": (*peers.ENTRY, b"<tag> NO zzqserin 299027699900172\r\n"),
        "a server that says nonsense": (
            *peers.ENTRY,
            b"* zzqserin EXISTS\r\n* OK [UIDVALIDITY zzqserin] x\r\n<tag> OK x\r\n",
        ),
    }
    for name, script in scripts.items():
        yield f"collect: {name}"
        with peers.peer(*script) as server:
            given = {
                "": f"{server.place.host}:{server.place.port}",
                "_USER": "bal@zzqpinson.example",
                "_TLS": "loopback",
            }
            stage.configure(
                **{
                    f"MSSANTE_MAILBOX{key}": value
                    for key, value in (given | {"_LOGIN": "password", "_FIELD": ""}).items()
                }
            )
            stage.run("collect", {})
        stage.pump()
    stage.configure(MSSANTE_MAILBOX="")
