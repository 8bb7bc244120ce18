"""What `collect` decides: what is taken, what is left, and in what order things are done."""

from dataclasses import replace

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts import trace
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.trace import Action
from passerelle.steps.collect import BUDGET, MOST_FAULTS, MOST_MAILS, Round, collect
from passerelle.steps.collect.ports import CollectDesk, Source, Waiting
from tests.fakes import FakeMailbox, FakeMint, FakeRegister
from tests.steps.correspondence import mail
from tests.steps.office import CANARIES, DOCTOR, HOSPITAL, Office

OWNER = "bal.app@operateur.mssante.example"
TO = f"To: {DOCTOR.alias}"


def posted(*fields: str, sender: str = HOSPITAL.address, text: str = "") -> bytes:
    """Return a mail as the last server puts it into a mailbox; to the doctor, where no field says else."""
    return mail(f"Return-Path: <{sender}>", "Received: from mx by imap.example", *(fields or (TO,)), text=text)


class Collecting:
    """An office with mailboxes."""

    def __init__(self, office: Office | None = None) -> None:
        self.office = office or Office()
        self.mailbox, self.diary = FakeMailbox(), FakeRegister(self.office.ledger)
        source = Source(Network.MSSANTE, self.mailbox, OWNER)
        aliases = {(one.network.other, one.alias) for one in (DOCTOR, HOSPITAL)}
        self.desk = CollectDesk(
            clock=self.office.clock,
            mailroom=self.office.desk.mailroom,
            sources=(source,),
            is_alias=lambda network, address: (network, address) in aliases,
            largest=100_000,
            mint=FakeMint(),
            diary=self.diary,
        )

    def change(self, **source: str) -> None:
        self.desk = replace(self.desk, sources=(replace(self.desk.sources[0], **source),))  # type: ignore[arg-type]

    def run(self) -> Round:
        return collect(self.desk)

    def envelopes(self) -> list[tuple[str, tuple[str, ...]]]:
        room = self.office.mailroom
        came = [room.envelope(key) for key in room.envelopes if key.startswith("incoming/")]
        return [(one.sender, one.recipients) for one in came]


@pytest.fixture
def here() -> Collecting:
    return Collecting()


def test_two_mails_are_kept_with_their_envelopes_and_the_mailbox_is_empty(here: Collecting) -> None:
    mails = [posted(), posted(text="second")]
    here.mailbox.post(*mails)
    assert here.run() == Round(taken=2)
    assert here.mailbox.holds() == {}
    assert set(here.office.mailroom.mails.values()) == set(mails)
    assert here.envelopes() == [(HOSPITAL.address, (DOCTOR.alias,))] * 2


def test_a_notice_comes_in_with_the_null_sender(here: Collecting) -> None:
    here.mailbox.post(posted(sender=""))
    here.run()
    assert here.envelopes() == [("", (DOCTOR.alias,))]


def test_a_mail_is_removed_only_when_mail_and_envelope_are_kept(here: Collecting) -> None:
    here.mailbox.post(posted())
    here.office.mailroom.receive = _fails  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        here.run()
    assert list(here.mailbox.holds().values()) == [""]


def test_what_is_done_to_a_mailbox_is_an_event_before_it_is_done(here: Collecting) -> None:
    here.mailbox.post(posted(), b"no header at all")
    here.run()
    left, removed = sorted(here.diary.asked, key=lambda event: event.reason)
    assert (removed.actor, removed.reason, left.reason) == ("collect", "collect.removed", "collect.left")
    (kept,) = here.office.mailroom.mails
    assert dict(removed.details) == {"network": "mssante", "uid": "1.1", "mail": kept}
    assert dict(left.details) == {"network": "mssante", "uid": "1.2", "fault": "mail.header"}
    assert trace.of(removed).action is Action.DELETE
    assert (trace.of(left).action, trace.of(left).answer) == (Action.LEAVE, "fault=mail.header")


@pytest.mark.parametrize("mail_", [posted(), b"no header at all"])
def test_what_cannot_be_traced_is_not_done_and_tried_again(here: Collecting, mail_: bytes) -> None:
    here.mailbox.post(mail_)
    note = here.diary.note
    here.diary.note = _away  # type: ignore[method-assign, assignment]
    assert here.run().faults == [(Network.MSSANTE, "ledger.unavailable")]
    assert list(here.mailbox.holds().values()) == [""]
    here.diary.note = note  # type: ignore[method-assign]
    here.run()
    assert here.mailbox.holds() in ({}, {mail_: "F"})


def _away(*_: object) -> None:
    raise UnavailableError("ledger.unavailable", "The ledger did not answer as it should.")


def test_the_same_mail_again_opens_no_second_delivery(here: Collecting) -> None:
    sent = posted()
    for _ in range(2):  # a crash before it was removed; minutes later, and even under another UIDVALIDITY
        here.mailbox.validity += 1
        here.mailbox.post(sent)
        assert here.run().taken == 1
        here.office.pump()
        here.office.clock.forward(minutes=3)
    assert len(here.envelopes()) == 2
    assert here.office.only().state is State.ACCEPTED
    assert len(here.office.relay.inbox) == 1


def test_the_header_s_recipients_are_those_that_somebody_has(here: Collecting) -> None:
    nobody = "personne.canari@passerelle.mssante.example"
    here.mailbox.post(posted(f"To: {OWNER}, {nobody}", f"Cc: Dr <{DOCTOR.alias}>"))
    assert here.run().taken == 1
    assert here.envelopes() == [(HOSPITAL.address, (DOCTOR.alias,))]


def test_all_mail_in_a_correspondent_s_own_mailbox_is_for_him(here: Collecting) -> None:
    here.change(owner=DOCTOR.alias)
    here.mailbox.post(posted("To: undisclosed-recipients:;"))
    assert here.run().taken == 1
    assert here.envelopes() == [(HOSPITAL.address, (DOCTOR.alias,))]


def test_where_the_server_names_the_recipient_it_is_he_and_nobody_else(here: Collecting) -> None:
    here.change(field="X-Original-To")
    trace = b"X-Original-To: second.canari@passerelle.mssante.example\r\n"
    here.mailbox.post(trace + posted())
    assert here.run().taken == 1
    assert here.envelopes() == [(HOSPITAL.address, ("second.canari@passerelle.mssante.example",))]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (posted("X-Nobody: x"), "arrival.recipient"),
        (posted(f"To: {HOSPITAL.alias}"), "arrival.recipient"),  # of the other network
        (f"From: {HOSPITAL.address}\r\n{TO}\r\n\r\nx".encode(), "arrival.sender"),
        (posted(text="x" * 100_000), "mail.size"),
        (b"no header at all", "mail.header"),
    ],
)
def test_a_mail_that_only_a_person_can_settle_is_left_flagged_and_told(here: Collecting, raw: bytes, code: str) -> None:
    here.mailbox.post(raw)
    assert here.run() == Round(left=[(Network.MSSANTE, "1.1", code)], waiting_for_a_person=1)
    assert here.mailbox.holds() == {raw: "F"}
    assert here.office.mailroom.envelopes == {}
    assert here.run() == Round(waiting_for_a_person=1), "not tried again, and told as long as it is there"


def test_a_mail_whose_flag_is_cleared_is_tried_again(here: Collecting) -> None:
    here.mailbox.post(posted(f"To: {OWNER}"))
    here.run()
    here.mailbox.flagged.clear()
    here.change(owner=DOCTOR.alias)  # the operator has set it right
    assert here.run() == Round(taken=1)


def test_a_mail_of_the_largest_size_is_taken_and_one_byte_more_is_left_unfetched(here: Collecting) -> None:
    sent = posted()
    fits = sent + b" " * (here.desk.largest - len(sent))
    here.mailbox.post(fits, fits + b" ")
    here.mailbox.broken.add(2)  # it is not even asked for
    assert here.run() == Round(1, [(Network.MSSANTE, "1.2", "mail.size")], [], 1)


def test_a_mail_that_is_larger_than_the_server_says_is_left_too(here: Collecting) -> None:
    here.mailbox.post(posted(text="x" * 100_000))
    here.mailbox.understated.add(1)
    assert here.run().left == [(Network.MSSANTE, "1.1", "mail.size")]


def test_what_the_mailroom_does_not_take_is_left(here: Collecting) -> None:
    here.office.mailroom.largest = 10
    here.mailbox.post(posted())
    assert here.run().left == [(Network.MSSANTE, "1.1", "mail.size")]


def test_a_mail_that_cannot_be_fetched_holds_no_other_up(here: Collecting) -> None:
    here.mailbox.post(*[posted(text=str(n)) for n in range(3)])
    here.mailbox.broken.add(1)
    assert here.run() == Round(2, [], [(Network.MSSANTE, "mailbox.answer")])
    assert len(here.mailbox.mails) == 1


def test_a_mailbox_that_fails_again_and_again_is_let_alone_until_the_next_run(here: Collecting) -> None:
    here.mailbox.post(*[posted(text=str(n)) for n in range(10)])
    here.mailbox.broken.update(range(1, 10))
    assert here.run().faults == [(Network.MSSANTE, "mailbox.answer")] * MOST_FAULTS


def test_a_mailbox_that_is_away_holds_no_other_up(here: Collecting) -> None:
    here.mailbox.away = True
    other = FakeMailbox()
    other.post(posted(f"To: {HOSPITAL.alias}", sender=DOCTOR.address))
    second = Source(Network.APICRYPT, other, "bal@apicrypt.example")
    here.desk = replace(here.desk, sources=(*here.desk.sources, second))
    assert here.run() == Round(1, [], [(Network.MSSANTE, "mailbox.connection")])
    assert here.envelopes() == [(DOCTOR.address, (HOSPITAL.alias,))]


def test_a_run_takes_so_many_mails_and_no_more(here: Collecting) -> None:
    here.mailbox.post(*[posted(text=str(n)) for n in range(MOST_MAILS + 1)])
    assert here.run().taken == MOST_MAILS
    assert here.run().taken == 1


def test_a_run_ends_in_time_and_the_small_ones_came_first(here: Collecting) -> None:
    large = posted(text="x" * 1000)
    small = posted()
    here.mailbox.post(large, small)
    fetch = here.mailbox.fetch

    def slowly(mail: Waiting, largest: int) -> bytes:
        here.office.clock.forward(seconds=BUDGET.total_seconds())
        return fetch(mail, largest)

    here.mailbox.fetch = slowly  # type: ignore[method-assign]
    assert here.run().taken == 1
    assert list(here.mailbox.holds()) == [large]


def test_what_is_told_holds_no_address_and_no_name(here: Collecting) -> None:
    here.mailbox.post(posted("X-Nobody: x"), b"nothing", posted())
    here.mailbox.broken.add(3)
    assert not any(canary in repr(here.run()).casefold() for canary in CANARIES)


def _fails(envelope: Envelope) -> str:
    raise ZeroDivisionError(envelope.id)
