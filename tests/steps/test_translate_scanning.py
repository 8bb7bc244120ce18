"""A mail is scanned before it is written: infected it waits for an operator, unscanned its receipt says so."""

from dataclasses import replace

from passerelle.adapters.scanner import NoScanner
from passerelle.core.message import Attachment, Document, Message, Opened, Proof
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Finding, Scan
from passerelle.steps.translate import scanning, translate
from tests.core.networks.apicrypt_mails import MESSAGE
from tests.fakes import FakeScanner
from tests.steps.office import Office, letter


def test_a_clean_mail_crosses_and_its_receipt_says_so() -> None:
    office = Office()
    delivery = translate(office.translating, office.open(letter()).id)
    assert (delivery.state, office.said(delivery)["scan"]) == (State.READY, "clean")


def test_an_infected_mail_is_in_quarantine_with_the_name_of_the_virus() -> None:
    office = Office()
    delivery = translate(office.translating, office.open(letter(text="VIRUS")).id)
    assert (delivery.state, delivery.reason) == (State.QUARANTINED, "policy.infected")
    said = office.said(delivery)
    assert (said["scan"], said["virus"]) == ("infected", "Test.Virus")
    office.settle()
    assert not office.relay.inbox


def test_without_a_scanner_the_receipt_says_unscanned() -> None:
    office = Office()
    desk = replace(office.translating, scanner=NoScanner())
    delivery = translate(desk, office.open(letter()).id)
    assert (delivery.state, office.said(delivery)["scan"]) == (State.READY, "unscanned")


def test_a_scanner_that_does_not_answer_is_asked_again_and_nothing_crosses_until_then() -> None:
    office = Office()
    office.scanner.away = True
    waiting = translate(office.translating, office.open(letter()).id)
    assert (waiting.state, waiting.reason) == (State.RECEIVED, "scanner.unavailable")
    office.scanner.away = False
    office.settle()
    assert office.only().state is State.ACCEPTED


def test_a_mail_that_does_not_cross_is_not_scanned() -> None:
    office = Office()
    office.scanner.away = True
    refused = translate(office.translating, office.open(b"Locked:\nno json").id)
    assert refused.state is State.REFUSED


def _holding(*files: bytes) -> Message:
    attachments = tuple(Attachment("a", "application/pdf", content) for content in files)
    document: Document = replace(MESSAGE.documents[0], attachments=attachments)
    return replace(MESSAGE, documents=(document,))


def test_files_inside_a_document_are_scanned_for_themselves() -> None:
    opened = Opened(b"base64 hides it", Proof("channel"))
    assert scanning.look(FakeScanner(), opened, _holding(b"good", b"a VIRUS")) == (
        True,
        (("scan", "infected"), ("virus", "Test.Virus")),
    )
    assert scanning.look(FakeScanner(), opened, _holding(b"good")) == (False, (("scan", "clean"),))


def test_one_file_that_nobody_looked_at_makes_the_mail_unscanned() -> None:
    class Lazy:
        """A scanner that looks at mails only."""

        def scan(self, content: bytes) -> Scan:
            return Scan(Finding.CLEAN if content == b"mail" else Finding.UNSCANNED)

    said = scanning.look(Lazy(), Opened(b"mail", Proof("channel")), _holding(b"file"))
    assert said == (False, (("scan", "unscanned"),))
