"""One fake for each port of steps/ports.py: in memory, and as strict as the real thing."""

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import RLock
from typing import TypeVar

from passerelle.core.errors import MalformedError, OvertakenError, UnavailableError, UntrustedError
from passerelle.core.mail import envelope as envelopes
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Identifier,
    Loss,
    Mailbox,
    Message,
    Network,
    Opened,
    Patient,
    Proof,
    Written,
)
from passerelle.core.policy import Agreement, Correspondent
from passerelle.core.receipts.delivery import Delivery, Event, standing, stopped
from passerelle.core.receipts.lifecycle import State, allows
from passerelle.core.receipts.marks import Kind, mark
from passerelle.core.receipts.signing import SealKey
from passerelle.steps.audit.ports import By, Leaf, Place, Tally
from passerelle.steps.collect.ports import Listing, Waiting
from passerelle.steps.ports import Errand, Finding, Identity, Outcome, Reply, Scan
from passerelle.steps.refresh.ports import Fetched, Wanted

Thing = TypeVar("Thing")


class FakeClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 8, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakeMint:
    """Names that nobody ever had."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"{self.made:032x}"


class FakeMailroom:
    """Mails by their SHA-256, envelopes by their key; nothing is ever changed."""

    def __init__(self, clock: Callable[[], datetime], came_in: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self.mails: dict[str, bytes] = {}
        self.largest = 64 << 20
        self.envelopes: dict[str, bytes] = {}
        self._minutes: dict[str, list[str]] = {}
        self._came_in = came_in

    def keep(self, mail: bytes) -> str:
        self._weigh(mail)
        digest = hashlib.sha256(mail).hexdigest()
        self.mails.setdefault(digest, mail)
        return digest

    def read(self, digest: str) -> bytes:
        if digest not in self.mails:
            raise UnavailableError("mailroom.missing", "No mail of this digest.")
        mail = self.mails[digest]
        if hashlib.sha256(mail).hexdigest() != digest:
            raise UnavailableError("mailroom.digest", "The mail is not what was kept.")
        self._weigh(mail)
        return mail

    def _weigh(self, mail: bytes) -> None:
        if len(mail) > self.largest:
            raise MalformedError("mail.size", f"A mail is larger than {self.largest} bytes.")

    def receive(self, envelope: Envelope) -> str:
        key = f"incoming/{_minute(self._clock())}/{envelope.id}.json"
        if key not in self.envelopes:
            self.envelopes[key] = envelope.dump()
            self._minutes.setdefault(_minute(self._clock()), []).append(key)
            self._came_in(key)
        return key

    def received(self, minute: datetime) -> Iterator[tuple[str, str]]:
        prefix = f"incoming/{_minute(minute)}/"
        for key in tuple(self._minutes.get(_minute(minute), ())):
            yield key, key.removeprefix(prefix).removesuffix(".json")

    def dispatch(self, envelope: Envelope) -> str:
        key = f"outgoing/{envelope.id}.json"
        self.envelopes.setdefault(key, envelope.dump())
        return key

    def envelope(self, key: str) -> Envelope:
        if key not in self.envelopes:
            raise UnavailableError("mailroom.missing", "No envelope of this key.")
        return envelopes.load(self.envelopes[key])


def _minute(at: datetime) -> str:
    return str(int(at.timestamp()) // 60)


_FIXED = ("id", "opened_at", "envelope", "recipient", "part", "notice_of")


class FakeLedger:
    """State and event in one transaction; versions, the lifecycle and what never changes are enforced."""

    def __init__(self) -> None:
        self._deliveries: dict[str, Delivery] = {}
        self._events: dict[str, list[Event]] = {}
        self._ids: set[str] = set()
        self._waking: dict[str, datetime] = {}
        self._claims: dict[str, tuple[str, datetime]] = {}
        self._gathered: dict[str, set[str]] = {}
        self._lock = RLock()

    def open(self, delivery: Delivery, event: Event) -> bool:
        with self._lock:
            if delivery.id in self._deliveries:
                return False
            _demand(delivery.version == 0, "a delivery opens at version 0")
            _demand(delivery.state in {State.RECEIVED, State.READY}, "a delivery opens in RECEIVED or READY")
            self._write(delivery, event)
            return True

    def get(self, delivery_id: str) -> Delivery:
        with self._lock:
            if delivery_id not in self._deliveries:
                raise UnavailableError("ledger.missing", "No delivery of this id.")
            return self._deliveries[delivery_id]

    def find(self, delivery_id: str) -> Delivery | None:
        with self._lock:
            return self._deliveries.get(delivery_id)

    def claim(self, key: str, delivery_id: str, now: datetime) -> str:
        with self._lock:
            holder, until = self._claims.get(key, ("", now))
            if not holder or until < now:
                holder = delivery_id
                self._claims[key] = (holder, now + timedelta(days=30))
            return holder

    def gather(self, key: str, member: str, most: int, now: datetime) -> int:
        _demand(now.tzinfo is not None, "times are aware")
        with self._lock:
            members = self._gathered.setdefault(key, set())
            if len(members) < most:
                members.add(member)
            return len(members)

    def record(self, delivery: Delivery, event: Event) -> None:
        with self._lock:
            stored = self._deliveries.get(delivery.id)
            if event in self._events.get(delivery.id, ()):
                return
            if stored is None or stored.version != delivery.version - 1:
                raise OvertakenError("ledger.version", "Another attempt has moved this delivery on.")
            same = stored.state is delivery.state
            _demand(same or allows(stored.state, delivery.state), f"{stored.state} → {delivery.state}")
            for name in _FIXED:
                _demand(getattr(stored, name) == getattr(delivery, name), f"{name} never changes")
            self._write(delivery, event)

    def _write(self, delivery: Delivery, event: Event) -> None:
        _demand(event.state is delivery.state, "an event says the state that it leads to")
        _demand(event.id not in self._ids, "an event's id is its own")
        _demand(event.at.tzinfo is not None, "times are aware")
        _demand(
            delivery.state not in {State.CLAIMED, State.SENDING}
            or (delivery.token != "" and delivery.wake_at is not None),
            "an attempt has a token and a lease",
        )
        self._ids.add(event.id)
        self._deliveries[delivery.id] = delivery
        self._waking.pop(delivery.id, None)
        if delivery.wake_at is not None:
            self._waking[delivery.id] = delivery.wake_at
        self._events.setdefault(delivery.id, []).append(event)

    def history(self, delivery_id: str) -> tuple[Event, ...]:
        with self._lock:
            return tuple(self._events.get(delivery_id, ()))

    def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
        with self._lock:
            found = [event for events in self._events.values() for event in events]
        yield from sorted((event for event in found if since <= event.at < until), key=lambda event: event.at)

    def due(self, now: datetime) -> Iterator[Delivery]:
        with self._lock:
            yield from [self._deliveries[name] for name, at in self._waking.items() if at <= now]

    def opened_on(self, day: date) -> Iterator[Delivery]:
        with self._lock:
            found = [d for d in self._deliveries.values() if d.opened_at.astimezone(UTC).date() == day]
        yield from sorted(found, key=lambda d: (d.opened_at, d.id))

    def everything(self) -> tuple[Delivery, ...]:
        """Return all deliveries, for tests."""
        return tuple(self._deliveries.values())


def _demand(right: bool, rule: str) -> None:  # noqa: FBT001 - an assertion that speaks
    if not right:
        raise AssertionError(rule)


class FakeRegister:
    """The deliveries of a ledger, turned by pages; and what was asked."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.asked: list[Event] = []
        self.leaves: list[tuple[By, str]] = []

    def leaf(self, by: By, value: str, after: Place | None, most: int) -> Leaf:
        self.leaves.append((by, value))
        found = [one for one in self._ledger.everything() if value in _told_by(by, one)]
        found.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
        if after:
            found = [one for one in found if (one.opened_at, one.id) < (after.opened_at, after.id)]
        last = found[most - 1] if len(found) > most else None
        return Leaf(tuple(found[:most]), Place(last.opened_at, last.id) if last else None)

    def tally(self, day: date, most: int) -> Tally:
        found = list(self._ledger.opened_on(day))
        counts = Counter((one.state, one.reason) for one in found[::-1][:most])
        return Tally(day, counts, len(found) <= most)

    def note(self, event: Event) -> None:
        self.asked.append(event)


def _told_by(by: By, delivery: Delivery) -> set[str]:
    day = delivery.opened_at.astimezone(UTC).date()
    if by is By.DAY:
        return {day.isoformat()}
    if by is By.STANDING:
        return {standing(day, delivery.state)}
    if by is By.WAITING:
        return {"1"} if stopped(delivery) else set()
    if by is By.PARTNER:
        return {delivery.group, delivery.origin}
    return {str(getattr(delivery, by.value))}


class FakeMarks:
    """Marks under a key at hand."""

    def of(self, kind: Kind, value: str) -> str:
        return mark(b"k" * 32, kind, value)


class FakeArchive:
    """Files that are kept for ever."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = {} if files is None else files

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        yield from sorted(name for name in self.files if name.startswith(prefix) and name > after)

    def keep(self, name: str, content: bytes) -> bytes:
        return self.files.setdefault(name, content)

    def point(self, name: str, content: bytes) -> None:
        self.files[name] = content


@dataclass
class FakeSignatory:
    """A key at hand."""

    now: SealKey

    def key(self) -> SealKey:
        return self.now


class FakeStamper:
    """An authority that counts, or does not answer."""

    def __init__(self) -> None:
        self.stamped = 0
        self.fault: Exception | None = None

    def stamp(self, content: bytes) -> bytes:
        if self.fault:
            raise self.fault
        self.stamped += 1
        return b"stamp %d of " % self.stamped + hashlib.sha256(content).digest()


class FakeQueue:
    """Wake-ups, first in first out."""

    def __init__(self) -> None:
        self.wakes: deque[tuple[str, str]] = deque()
        self.groups: dict[str, str] = {}

    def wake(self, verb: str, name: str, group: str = "") -> None:
        self.groups[name] = group
        _demand(verb in {"accept", "translate", "deliver", "acknowledge"}, verb)
        self.wakes.append((verb, name))


class FakeAgreements:
    """Agreements in a list."""

    def __init__(self, *agreements: Agreement) -> None:
        self.agreements = list(agreements)

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        for agreement in self.agreements:
            known = (agreement.sender.address.casefold(), agreement.recipient.alias.casefold())
            if agreement.sender.network is network and known == (sender.casefold(), recipient.casefold()):
                return agreement
        return None

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        people = [person for agreement in self.agreements for person in (agreement.sender, agreement.recipient)]
        found = (p for p in people if p.network is network and p.address.casefold() == address.casefold())
        return next(found, None)


@dataclass
class FakeKeyring:
    """Keys and certificates in dictionaries."""

    identities: dict[str, Identity] = field(default_factory=dict)
    certificates: dict[str, bytes] = field(default_factory=dict)
    trusted: dict[str, bytes] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def identity(self, name: str) -> Identity:
        return _found(self.identities, name)

    def password(self, name: str) -> str:
        return _found(self.passwords, name)

    def certificate(self, name: str) -> bytes:
        return _found(self.certificates, name)

    def anchors(self, name: str) -> bytes:
        return _found(self.trusted, name)


def _found(things: dict[str, Thing], name: str) -> Thing:
    if name not in things:
        raise UnavailableError("keyring.missing", "No key or certificate of this name.")
    return things[name]


class FakeCipher:
    """A lock that closes nothing: `Locked: n` before the mail, and never the same n twice, as S/MIME."""

    def __init__(self, means: str = "signature") -> None:
        self.means = means
        self.closed = 0
        self.expired: set[str] = set()  # addresses whose certificates are over

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:
        _demand(now.tzinfo is not None, "times are aware")
        head, _, content = mail.partition(b"\n")
        if head.startswith(b"FORGED"):
            raise UntrustedError("cipher.signer", "The signature is not the sender's.")
        if head.startswith(b"UNSIGNED"):
            return Opened(content, Proof("nothing"))
        if not head.startswith(b"Locked:"):
            raise MalformedError("cipher.form", "The mail is not locked.")
        return Opened(content, Proof(self.means, sender.address, hashlib.sha256(head).hexdigest(), "FAKE"))

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:
        _demand(now.tzinfo is not None, "times are aware")
        if agreement.recipient.address in self.expired:
            raise UntrustedError("cipher.expired", "The recipient's certificate is over.")
        self.closed += 1
        return b"Locked: %d\n" % self.closed + mail


class FakeScanner:
    """A scanner that knows one virus."""

    def __init__(self) -> None:
        self.away = False

    def scan(self, content: bytes) -> Scan:
        if self.away:
            raise UnavailableError("scanner.unavailable", "The scanner does not answer.")
        return Scan(Finding.INFECTED, "Test.Virus") if b"VIRUS" in content else Scan(Finding.CLEAN)


class FakeForm:
    """A network whose mails are JSON: one list of traits for each document."""

    def read(self, opened: Opened, /) -> Message:
        try:
            fields = json.loads(opened.content.rpartition(b"\n\n")[2])  # it may have a header
        except ValueError as error:
            raise MalformedError("form.json", "A mail of the pretend network is JSON.") from error
        if "bug" in fields:
            raise ZeroDivisionError(fields["bug"])
        if fields.get("missing"):
            raise MalformedError("hprim.missing", "A mail of the pretend network says that it has no document.")
        return Message(
            fields["id"],
            Mailbox(fields["from"]),
            fields.get("subject", ""),
            tuple(_document(*traits) for traits in fields["patients"]),
            opened.proof,
            text=fields.get("text", ""),
            attachments=tuple(Attachment(name, "text/plain", b"") for name in fields.get("files", ())),
            losses=tuple(Loss(what, "line 1", "why", "instead") for what in fields.get("losses", ())),
        )

    def write(self, message: Message, dispatch: Dispatch, /) -> Written:
        fields = {
            "id": dispatch.message_id,
            "date": dispatch.date.isoformat(),
            "from": dispatch.sender.address,
            "to": dispatch.recipient.address,
            "codes": [one.local for one in dispatch.codes],
            "asked": [dispatch.letters.value, dispatch.account, dispatch.prescriber],
            "answers": dispatch.answers,
            "receipt": dispatch.receipt,
            "patients": [
                (d.patient.family, d.patient.given, d.patient.birth_date and d.patient.birth_date.isoformat())
                for d in message.documents
            ],
            "text": message.text,
            "files": [attachment.name for attachment in message.attachments],
        }
        return Written(json.dumps(fields).encode(), (Loss("form.subject", "subject", "why", "instead"),))


def _document(family: str, given: str, born: str | None, ins: str = "") -> Document:
    known = Identifier("1.2.250.1.213.1.4.10", ins) if ins else None
    patient = Patient(family, given, date.fromisoformat(born) if born else None, ins=known)
    return Document(None, Code("11488-4", "2.16.840.1.113883.6.1"), "CR", datetime(2026, 11, 20, tzinfo=UTC), patient)


class Killed(BaseException):
    """The process is gone: nothing in it can catch this."""


_UNNAMED = Errand()


class FakeRelay:
    """A peer that does what it is told, one word of `plan` for each attempt; then it accepts."""

    def __init__(self) -> None:
        self.plan: deque[str] = deque()
        self.inbox: list[tuple[Envelope, bytes]] = []
        self.meanwhile: Callable[[], None] = lambda: None  # before the dot, while all else is sent
        self.errands: list[str] = []

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None], errand: Errand = _UNNAMED) -> Reply:
        self.errands.append(errand.name)
        _demand(len(envelope.recipients) == 1, "one recipient for each transaction")
        _demand(hashlib.sha256(mail).hexdigest() == envelope.mail, "the bytes are those of the envelope")
        word = self.plan.popleft() if self.plan else "accept"
        if word in _EARLY:
            return _early(word)
        self.meanwhile()
        before_dot()
        if word == "reject after the dot":
            return Reply(Outcome.REJECTED, 554, "5.6.0")
        if word == "lose the mail":
            return Reply(Outcome.UNKNOWN)
        self.inbox.append((envelope, mail))
        if word == "lose the answer":
            return Reply(Outcome.UNKNOWN)
        if word == "be killed after the dot":
            raise Killed
        return Reply(Outcome.ACCEPTED, 250, "2.0.0", f"Q{len(self.inbox)}")

    def close(self) -> None:
        """Nothing is open."""


_EARLY = {"postpone", "reject", "be killed", "break", "not answer"}


def _early(word: str) -> Reply:
    if word == "be killed":
        raise Killed
    if word == "break":
        raise ZeroDivisionError
    if word == "not answer":
        raise UnavailableError("relay.connect", "The peer does not answer.")
    if word == "postpone":
        return Reply(Outcome.POSTPONED, 451, "4.3.0")
    return Reply(Outcome.REJECTED, 550, "5.1.1")


class FakeMailbox:
    """An IMAP mailbox: UIDs that are never given twice, mails with a flag or without."""

    def __init__(self, validity: int = 1) -> None:
        self.validity = validity
        self.mails: dict[int, bytes] = {}
        self.flagged: set[int] = set()
        self.understated: set[int] = set()  # UIDs whose size the server gives as 1
        self.broken: set[int] = set()  # UIDs that it cannot hand out
        self.away = False
        self._next = 1

    def post(self, *mails: bytes) -> None:
        """Put mails into the mailbox, as a delivery agent does."""
        for mail in mails:
            self.mails[self._next] = mail
            self._next += 1

    def holds(self) -> dict[bytes, str]:
        """Return the mails in the mailbox, with an F where they are flagged."""
        return {mail: "F" if uid in self.flagged else "" for uid, mail in self.mails.items()}

    def waiting(self, most: int) -> Listing:
        self._answer()
        sizes = ((uid, 1 if uid in self.understated else len(mail)) for uid, mail in self.mails.items())
        found = [Waiting(self.validity, uid, size) for uid, size in sizes if uid not in self.flagged]
        return Listing(tuple(found[:most]), len(self.flagged & self.mails.keys()))

    def fetch(self, mail: Waiting, largest: int) -> bytes:
        self._answer(mail)
        if mail.uid not in self.mails or mail.uid in self.broken:
            raise UnavailableError("mailbox.answer", "The mailbox did not answer as it should.")
        if len(self.mails[mail.uid]) > largest:
            raise MalformedError("mail.size", f"A mail is larger than {largest} bytes.")
        return self.mails[mail.uid]

    def remove(self, mail: Waiting) -> None:
        self._answer(mail)
        self.mails.pop(mail.uid, None)

    def leave(self, mail: Waiting) -> None:
        self._answer(mail)
        self.flagged.add(mail.uid)

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, mail: Waiting | None = None) -> None:
        if self.away:
            raise UnavailableError("mailbox.connection", "The mailbox does not answer.")
        if mail and mail.validity != self.validity:
            raise UnavailableError("mailbox.changed", "The mailbox is another one than before.")


class FakeWeb:
    """Pages by their URL; a page that is an error is one that does not answer."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | UnavailableError] = {}
        self.asked: list[Wanted] = []

    def get(self, wanted: Wanted) -> Fetched | None:
        self.asked.append(wanted)
        page = self.pages.get(wanted.url, UnavailableError("web.status", "Nothing is there."))
        if isinstance(page, UnavailableError):
            raise page
        if len(page) > wanted.largest:
            raise UnavailableError("web.size", "It is too large.")
        tag = hashlib.sha256(page).hexdigest()
        return None if tag == wanted.tag else Fetched(page, tag)


class FakeBulletins:
    """What was published, by name; `kept` says what was written, in order."""

    def __init__(self) -> None:
        self.published: dict[str, bytes] = {}
        self.kept: list[str] = []

    def read(self, name: str) -> bytes:
        return self.published.get(name, b"")

    def keep(self, name: str, content: bytes) -> None:
        self.published[name] = content
        self.kept.append(name)
