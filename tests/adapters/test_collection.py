"""From a real Dovecot into S3: what comes in is there, what is there is gone from the mailbox, and once is once."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from passerelle.adapters.mailroom import S3Mailroom
from passerelle.core.message import Network
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.accept import accept
from passerelle.steps.collect import Round, collect
from passerelle.steps.collect.ports import CollectDesk, Mailbox, Source, Waiting
from passerelle.steps.ports import Desk
from tests.adapters import clouds, dovecot
from tests.adapters.dovecot import USER, Dovecot, Papers, mailbox
from tests.fakes import FakeLedger, FakeMint, FakeQueue, FakeRegister, Killed

DOCTOR = "jean.martin.59@passerelle.mssante.example"
SENDER = "medecine.interne@ch-exemple.mssante.example"
HEADER = f"Return-Path: <{SENDER}>\r\nReceived: from mx.example by imap.example\r\nTo: {DOCTOR}\r\n"
ONE, TWO = (f"{HEADER}Subject: {number}\r\n\r\nBonjour\r\n".encode() for number in (1, 2))
LARGEST = 10_000

pytestmark = pytest.mark.skipif(bool(dovecot.missing()), reason=f"NOT CHECKED on Dovecot: {dovecot.missing()}")


class Mortal:
    """A mailbox whose client is killed in place of removing its first mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox, self.alive = mailbox, False

    def remove(self, mail: Waiting) -> None:
        if not self.alive:
            self.alive = True
            raise Killed
        self._mailbox.remove(mail)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the mailbox's
        return getattr(self._mailbox, name)


@pytest.fixture
def desk(moto_cloud: Cloud, imap_server: Dovecot, imap_papers: Papers) -> CollectDesk:
    imap_server.empty()
    clouds.bucket(moto_cloud, "mailroom")
    return CollectDesk(
        clock=lambda: datetime.now(UTC),
        mailroom=S3Mailroom(moto_cloud.client("s3"), "mailroom"),
        sources=(Source(Network.MSSANTE, mailbox(imap_server, imap_papers), USER),),
        is_alias=lambda network, address: (network, address) == (Network.MSSANTE, DOCTOR),
        largest=LARGEST,
        mint=FakeMint(),
        diary=FakeRegister(FakeLedger()),
    )


def kept(cloud: Cloud, folder: str) -> list[str]:
    return [
        one["Key"] for one in cloud.client("s3").list_objects_v2(Bucket="mailroom", Prefix=folder).get("Contents", ())
    ]


def test_two_mails_in_the_mailbox_are_two_in_s3_and_none_in_the_mailbox(
    moto_cloud: Cloud, imap_server: Dovecot, desk: CollectDesk
) -> None:
    imap_server.post(ONE, TWO)
    assert collect(desk) == Round(taken=2)
    assert imap_server.holds() == {}
    assert kept(moto_cloud, "mails/") == sorted(f"mails/{hashlib.sha256(mail).hexdigest()}" for mail in (ONE, TWO))
    envelopes = [desk.mailroom.envelope(key) for key in kept(moto_cloud, "inbox/")]
    assert [(one.sender, one.recipients) for one in envelopes] == [(SENDER, (DOCTOR,))] * 2
    assert collect(desk) == Round()


def test_a_crash_before_a_mail_is_removed_brings_no_second_delivery(
    moto_cloud: Cloud, imap_server: Dovecot, desk: CollectDesk
) -> None:
    imap_server.post(ONE)
    (source,) = desk.sources
    mortal = replace(desk, sources=(replace(source, mailbox=Mortal(source.mailbox)),))
    with pytest.raises(Killed):
        collect(mortal)
    assert imap_server.holds() == {ONE: ""}
    later = S3Mailroom(moto_cloud.client("s3"), "mailroom", clock=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    assert collect(replace(mortal, mailroom=later)).taken == 1
    assert imap_server.holds() == {}
    ledger, keys = FakeLedger(), kept(moto_cloud, "inbox/")
    office = Desk(clock=desk.clock, mint=FakeMint(), mailroom=later, ledger=ledger, queue=FakeQueue())
    assert len(keys) == 2
    assert len({delivery for key in keys for delivery in accept(office, key)}) == len(ledger.everything()) == 1


def test_a_mail_that_is_too_large_stays_flagged_and_the_next_one_is_collected(
    imap_server: Dovecot, desk: CollectDesk
) -> None:
    large = ONE + b"x" * 80 * (LARGEST // 80)
    imap_server.post(large, TWO)
    made = collect(desk)
    assert (made.taken, [code for _, _, code in made.left]) == (1, ["mail.size"])
    assert imap_server.holds() == {large: "F"}
    assert collect(desk) == Round(waiting_for_a_person=1)
