"""The agreements: one file, agreements.toml in the configuration bucket, read again at most once a minute."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from passerelle.adapters import terms
from passerelle.adapters.answers import answering, code
from passerelle.adapters.correspondents import Settled, settle
from passerelle.adapters.mistakes import AgreementsError, Mistake, line_of
from passerelle.adapters.terms import AgreementTable
from passerelle.core.directory import Entry, kept
from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.message import Network
from passerelle.core.policy import Agreement, Correspondent
from passerelle.steps.ports import Bridge

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FILE = "agreements.toml"
FRESH = 60.0
"""Seconds after which S3 is asked whether the file has changed."""

_NO_TAG = '"none"'


@dataclass(frozen=True, slots=True)
class Book:
    """All that one version of the file says, ready to be asked."""

    bridge: Bridge
    people: Mapping[tuple[Network, str], Correspondent]  # by network and address
    pairs: Mapping[tuple[Network, str, str], Agreement]  # by network and address of the sender, alias of the recipient
    on_mssante: frozenset[str] = frozenset()  # addresses of all correspondents there, in lower case
    aliases: frozenset[tuple[Network, str]] = frozenset()  # of all correspondents, on the other network, in lower case
    unnamed: frozenset[tuple[Network, str]] = frozenset()  # people of whom nobody says who they are
    waiting: frozenset[tuple[Network, str, str]] = frozenset()  # pairs, of which one is such
    completed: tuple[Settled, ...] = ()  # people whom the directory has added something to
    unsettled: tuple[Mistake, ...] = ()  # where the agreements want a word of the directory, or are at odds with it

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        """Return the agreement of a sender's address and a recipient's alias on the sender's network, if any."""
        key = (network, sender.casefold(), recipient.casefold())
        if key in self.waiting:
            raise _unnamed()
        return self.pairs.get(key)

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        """Return who has this address on his own network, if anybody."""
        key = (network, address.casefold())
        if key in self.unnamed:
            raise _unnamed()
        return self.people.get(key)

    def demand_settled(self) -> None:
        """Raise UnavailableError where agreements and directory leave somebody unnamed, or are at odds."""
        if self.unnamed:
            raise _unnamed()
        if self.unsettled:
            raise UnavailableError("agreements.contradicted", "The directory says something else than the agreements.")


def _unnamed() -> UnavailableError:
    return UnavailableError("agreements.unnamed", "Neither the agreements nor the directory name a correspondent.")


def parse(raw: bytes, entries: Mapping[str, Entry] | None = None) -> Book:
    """Return what a file and the directory say; AgreementsError, which names every mistake and its line."""
    book = read(raw, entries)
    if book.unsettled:
        raise AgreementsError(book.unsettled)
    return book


def read(raw: bytes, entries: Mapping[str, Entry] | None = None) -> Book:
    """Return the same, but leave what only the directory can settle to whoever asks the book."""
    file = terms.read(raw)
    text = raw.decode()
    mistakes = [Mistake(line_of(text, where), name, rule) for where, name, rule in _contradictions(file)]
    if mistakes:
        raise AgreementsError(mistakes)
    settled = [settle(one, entries) for one in file.correspondent]
    everybody = {_key(each.correspondent): each.correspondent for each in settled}
    unnamed = frozenset(key for key, each in zip(everybody, settled, strict=True) if not each.named)
    pairs = _pairs(file, everybody)
    waiting = frozenset(key for key, one in pairs.items() if unnamed & {_key(one.sender), _key(one.recipient)})
    return Book(
        Bridge(file.bridge.domain, file.bridge.postmaster, file.bridge.product, file.bridge.mass),
        {key: one for key, one in everybody.items() if key not in unnamed},
        {key: one for key, one in pairs.items() if key not in waiting},
        frozenset(address for network, address in everybody if network is Network.MSSANTE),
        frozenset((one.network.other, one.alias.casefold()) for one in everybody.values()),
        unnamed,
        waiting,
        tuple(each for each in settled if each.added),
        tuple(
            Mistake(line_of(text, ("correspondent", number)), f"correspondent[{number + 1}]", rule)
            for number, each in enumerate(settled)
            for rule in each.faults
        ),
    )


def _key(one: Correspondent) -> tuple[Network, str]:
    return one.network, one.address.casefold()


def _pairs(
    file: terms.File, people: Mapping[tuple[Network, str], Correspondent]
) -> dict[tuple[Network, str, str], Agreement]:
    pairs: dict[tuple[Network, str, str], Agreement] = {}
    for table in file.agreement:
        for agreement in _agreements(table, people):
            key = (agreement.sender.network, agreement.sender.address.casefold(), agreement.recipient.alias.casefold())
            pairs.setdefault(key, agreement)  # the first that fits is the one
    return pairs


@dataclass(slots=True)
class S3Agreements:
    """The file in its bucket, kept in memory with its ETag."""

    client: "S3Client"
    bucket: str
    now: Callable[[], float] = time.monotonic
    directory: Callable[[], bytes] = bytes  # what is kept of the directory; nothing: the file alone
    _book: Book | None = field(default=None, init=False, repr=False)
    _read: tuple[bytes, bytes] = field(default=(b"", b""), init=False, repr=False)  # the file and the directory
    _tag: str = field(default="", init=False)
    _until: float = field(default=0.0, init=False)

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        """Return the agreement of a sender's address and a recipient's alias on the sender's network, if any."""
        return self.book().between(network, sender, recipient)

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        """Return who has this address on his own network, if anybody."""
        return self.book().correspondent(network, address)

    def book(self) -> Book:
        """Return what the file says now."""
        if self._book is None or self.now() >= self._until:
            self._refresh()
        if self._book is None:
            raise UnavailableError("agreements.missing", "The configuration bucket has no agreements.toml.")
        return self._book

    def _refresh(self) -> None:
        listed = self.directory()
        with answering("agreements"):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=FILE, IfNoneMatch=self._tag or _NO_TAG)
                raw, tag = answer["Body"].read(terms.LARGEST + 1), answer["ETag"]
            except ClientError as error:
                if code(error) in {"NoSuchKey", "404"}:
                    self._book, self._tag, self._read = None, "", (b"", b"")
                    return
                if code(error) not in {"304", "NotModified"}:
                    raise
                raw, tag = self._read[0], self._tag
        if self._book is None or self._read != (raw, listed):
            self._book = _understood(raw, listed)
        self._read, self._tag, self._until = (raw, listed), tag, self.now() + FRESH


def _understood(raw: bytes, listed: bytes) -> Book:
    try:
        return read(raw, kept.load(listed).entries if listed else {})
    except AgreementsError as error:  # the mail is not to blame: it waits
        raise UnavailableError("agreements.invalid", "The file of agreements has mistakes.") from error
    except MalformedError as error:  # same
        raise UnavailableError(error.code, error.text) from error


def _contradictions(file: terms.File) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield what is right in form and wrong in sense: a place, its name, the rule."""
    taken: set[tuple[Network, str]] = set()
    for number, person in enumerate(file.correspondent):
        for key, network, address in (
            ("address", person.network, person.address),
            ("alias", person.network.other, person.alias),
        ):
            if (network, address.casefold()) in taken:
                yield ("correspondent", number, key), f"correspondent[{number + 1}].{key}", "taken by another"
            taken.add((network, address.casefold()))
    for number, table in enumerate(file.agreement):
        for key, rule in _faults(file, table):
            yield ("agreement", number, key), f"agreement[{number + 1}].{key}", rule


def _faults(file: terms.File, table: AgreementTable) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an agreement: one whom nobody knows, both ends on one network."""
    sources = [[one for one in file.correspondent if _fits(source, one.address)] for source in table.senders]
    targets = [[one for one in file.correspondent if _fits(target, one.address)] for target in table.recipients]
    for key, names, found in (("from", table.senders, sources), ("to", table.recipients, targets)):
        for name, people in zip(names, found, strict=True):
            if not people:
                yield key, f"{name} is no correspondent's address"
    networks = ({one.network for some in found for one in some} for found in (sources, targets))
    if set.intersection(*networks):
        yield "to", "sender and recipient are on the same network"


def _fits(source: str, address: str) -> bool:
    """Return whether an address is the one named, or of the domain named by `*@domain`."""
    if source.startswith("*@"):
        return address.casefold().endswith(source[1:].casefold())
    return address.casefold() == source.casefold()


def _agreements(table: AgreementTable, people: Mapping[tuple[Network, str], Correspondent]) -> Iterator[Agreement]:
    senders = [one for source in table.senders for one in people.values() if _fits(source, one.address)]
    recipients = [one for target in table.recipients for one in people.values() if _fits(target, one.address)]
    for sender in senders:
        for recipient in recipients:
            yield Agreement(
                table.name,
                sender,
                recipient,
                table.doubt,
                table.ambiguity,
                letters=table.letters,
                account=table.account,
                patient_boxes=table.patient_boxes,
                prescriber=table.prescriber,
                active=table.active,
                silence=timedelta(days=table.silence_days),
            )
