"""A letter, its receipts, its answer, its copy, and what an operator decides, through the real template.yaml.

It has a world of its own: the other journeys count what arrives in theirs.
"""

import email
import email.policy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from passerelle.core.message import Network
from passerelle.core.receipts.delivery import Delivery, delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.local.command import main
from passerelle.local.commands import submit as submission
from passerelle.local.commands.submit import Submission
from passerelle.local.towns import world
from passerelle.local.towns.letters.post import DOCTOR, HOSPITAL, Post
from passerelle.local.towns.town import Arrival
from passerelle.local.towns.world import World
from passerelle.local.trouble import SetupError
from tests.journey.conftest import ROOT

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

WITHIN = 90.0  # seconds for one thing to happen on a busy machine
ORIGINAL = "lettre-de-sortie"
ASKS = f"Disposition-Notification-To: {HOSPITAL}\r\nReturn-Receipt-To: {HOSPITAL}\r\n".encode()


@dataclass
class Story:
    """What happens, one thing after the other."""

    here: World
    told: set[str] = field(default_factory=set)  # Message-IDs of notices that were looked at

    @property
    def post(self) -> Post:
        return Post(self.here.book, self.here.papers, datetime.now(UTC).replace(microsecond=0))

    def alias(self, address: str) -> str:
        return self.post.person(address).alias

    def comes(self, mail: bytes, sender: str, recipient: str, network: Network | None = None) -> str:
        """Hand a mail in on its sender's network, and return the id of its delivery."""
        network = network or self.post.person(sender).network
        key = submission.submit(self.here.bridge.mailroom, Submission(network, sender, (recipient,)), mail)
        return delivery_id(self.here.bridge.mailroom.envelope(key).id, 0)

    def until(self, name: str, wanted: Callable[[Delivery], bool]) -> Delivery:
        end, found = time.monotonic() + WITHIN, None
        while time.monotonic() < end:
            found = self.here.bridge.ledger.find(name)
            if found and wanted(found):
                return found
            time.sleep(0.1)
        message = f"it never came to that: {found}"
        raise AssertionError(message)

    def notice(self) -> EmailMessage:
        """Return the next notice that the hospital gets."""
        town, end = self.here.towns[Network.MSSANTE], time.monotonic() + WITHIN
        while time.monotonic() < end:
            for arrival in town.arrivals:
                read = parsed(arrival)
                if not arrival.sender and read["Message-ID"] not in self.told:
                    self.told.add(read["Message-ID"])
                    return read
            time.sleep(0.1)
        message = "no notice came"
        raise AssertionError(message)

    def count(self, network: Network) -> int:
        return sum(bool(arrival.sender) for arrival in self.here.towns[network].arrivals)

    def decide(self, verb: str, name: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main((verb, name, "--by", "marie.exploitante"))
        assert ended.value.code in {0, None}

    def author(self, name: str) -> str:
        events = self.here.bridge.ledger.history(name)
        return next(dict(event.details)["author"] for event in events[::-1] if event.actor == "operator")


def parsed(arrival: Arrival) -> EmailMessage:
    read = email.message_from_bytes(arrival.content, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    try:
        with world.opened(ROOT, tmp_path_factory.mktemp("receipts")) as opened:
            yield Story(opened)
    except SetupError as error:
        if error.key == "setup.ministack":
            pytest.skip("NOT CHECKED: the emulator is not installed (make .ministack)")
        raise


def receipt(kind: str, note: str, sender: str) -> bytes:
    """Return what the far side writes."""
    head = f"From: {sender}\r\nMessage-ID: <{kind}@medical59.apicrypt.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    top = f'{head}Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n'
    return f"{top}--b\r\nContent-Type: message/{kind}\r\n\r\n{note}\r\n--b--\r\n".encode()


def dsn(name: str, recipient: str) -> bytes:
    note = (
        f"Reporting-MTA: dns; mx.example\r\nOriginal-Envelope-Id: {name}.1\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: delivered\r\nStatus: 2.1.5"
    )
    return receipt("delivery-status", note, "MAILER-DAEMON@medical59.apicrypt.example")


def mdn(name: str) -> bytes:
    note = (
        f"Final-Recipient: rfc822; {DOCTOR}\r\nOriginal-Message-ID: <{name}@passerelle.example>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed"
    )
    return receipt("disposition-notification", note, DOCTOR)


def test_a_letter_gets_its_receipts_once_its_answer_and_no_copy(story: Story) -> None:
    posted, earlier = story.post.all(), len(story.told)  # the other test may have come first
    letter, answer = posted[0].mail, posted[2].mail
    name = story.comes(ASKS + letter, HOSPITAL, story.alias(DOCTOR))
    story.until(name, lambda one: one.state is State.ACCEPTED)
    assert "Action: relayed" in story.notice().as_string()

    # The far server says that it is in the mailbox; a stranger's server says so of somebody else.
    for address in ("somebody@else.example", DOCTOR):
        story.comes(dsn(name, address), "", story.alias(HOSPITAL), Network.APICRYPT)
    story.until(name, lambda one: (one.state, one.reason) == (State.RECEIPTED, "receipt.delivered"))
    assert "Action: delivered" in story.notice().as_string()

    # The doctor's software says, twice, that he has read it.
    for mail in (mdn(name), mdn(name) + b"\r\n"):
        absorbed = story.comes(mail, DOCTOR, story.alias(HOSPITAL))
        story.until(absorbed, lambda one: one.state is State.ABSORBED)
    assert story.here.bridge.ledger.get(name).reason == "receipt.displayed"
    read = story.notice()
    text, note, original = read.iter_parts()
    assert "displayed" in note.as_string()
    assert original.get_content_type() == "message/rfc822"  # IG-LPS: the whole mail
    assert text.get_content_type() == "text/plain"

    # He answers: his letter stands in the hospital's thread.
    thread = f"In-Reply-To: <{name}@passerelle.example>\r\n".encode()
    reply = story.comes(thread + answer, DOCTOR, story.alias(HOSPITAL))
    story.until(reply, lambda one: one.state is State.ACCEPTED)
    (carried,) = [one for one in story.here.towns[Network.MSSANTE].arrivals if one.sender]
    assert ORIGINAL in parsed(carried)["In-Reply-To"]

    # The hospital's software sends the letter again, under another name.
    before = story.count(Network.APICRYPT)
    copy = story.comes(letter.replace(b"Message-ID: <", b"Message-ID: <again.", 1), HOSPITAL, story.alias(DOCTOR))
    assert story.until(copy, lambda one: one.state is State.ABSORBED).reason == "duplicate.suppressed"
    assert story.count(Network.APICRYPT) == before
    notices = [one for one in story.here.towns[Network.MSSANTE].arrivals if not one.sender]
    assert len(notices) == len(story.told) == earlier + 3


def test_an_operator_holds_lets_go_and_sends_back(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in _aws(story.here).items():
        monkeypatch.setenv(variable, value)
    posted = story.post.all()[1]
    copy = posted.mail.replace(b"Message-ID: <", b"Message-ID: <again.", 1)
    with monkeypatch.context() as patch:
        patch.setattr(story.here.towns[Network.APICRYPT], "handle_RCPT", _later)
        refused = story.comes(posted.mail, posted.sender, posted.recipient)
        _hold(story, refused)
        story.decide("refuse", refused)
        told = story.until(refused, lambda one: one.state is State.FAILED and bool(one.notice))
        assert (told.reason, story.author(refused)) == ("operator.refused", "marie.exploitante")
        released = story.comes(copy, posted.sender, posted.recipient)  # what came to nothing may be sent again
        _hold(story, released)
    story.decide("release", released)
    story.until(released, lambda one: one.state is State.ACCEPTED)
    assert "operator.refused" in story.notice().as_string()


async def _later(*_: object) -> str:
    return "451 4.3.0 Try again later"


def _hold(story: Story, name: str) -> None:
    story.until(name, lambda one: one.state is State.READY and one.attempts > 0)
    story.decide("hold", name)
    held = story.here.bridge.ledger.get(name)
    assert (held.state, held.reason, story.author(name)) == (State.HELD, "operator.held", "marie.exploitante")


def _aws(here: World) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": str(here.bridge.cloud.endpoint),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
