"""The agreements: one file, agreements.toml in the configuration bucket, read again at most once a minute."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from passerelle.adapters import terms
from passerelle.adapters.answers import answering, code
from passerelle.adapters.terms import AgreementsError, AgreementTable, CorrespondentTable, Mistake
from passerelle.core.errors import UnavailableError
from passerelle.core.message import Code, Identifier, LocalCode, Network, Organisation, PostalAddress, Professional
from passerelle.core.policy import Agreement, Correspondent, Profile
from passerelle.steps.ports import Bridge

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FILE = "agreements.toml"
FRESH = 60.0
"""Seconds after which S3 is asked whether the file has changed."""

_NO_TAG = '"none"'
_PERSON = "1.2.250.1.71.4.2.1"
_STRUCTURE = "1.2.250.1.71.4.2.2"
_PROFESSION = "1.2.250.1.213.1.1.4.5"
_SECTOR = "1.2.250.1.71.4.2.4"
_SETTING = "1.2.250.1.213.1.1.4.9"
_RPPS = "8"  # type of a national identifier: 8 + RPPS


@dataclass(frozen=True, slots=True)
class Book:
    """All that one version of the file says, ready to be asked."""

    bridge: Bridge
    people: Mapping[tuple[Network, str], Correspondent]  # by network and address
    pairs: Mapping[tuple[Network, str, str], Agreement]  # by network and address of the sender, alias of the recipient

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        """Return the agreement of a sender's address and a recipient's alias on the sender's network, if any."""
        return self.pairs.get((network, sender.casefold(), recipient.casefold()))

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        """Return who has this address on his own network, if anybody."""
        return self.people.get((network, address.casefold()))


def parse(raw: bytes) -> Book:
    """Return what a file says; AgreementsError, which names every mistake and its line."""
    file = terms.read(raw)
    text = raw.decode()
    mistakes = [Mistake(terms.line_of(text, where), name, rule) for where, name, rule in _contradictions(file)]
    if mistakes:
        raise AgreementsError(mistakes)
    people = {(one.network, one.address.casefold()): _correspondent(one) for one in file.correspondent}
    pairs: dict[tuple[Network, str, str], Agreement] = {}
    for table in file.agreement:
        for agreement in _agreements(table, people):
            key = (agreement.sender.network, agreement.sender.address.casefold(), agreement.recipient.alias.casefold())
            pairs.setdefault(key, agreement)  # the first that fits is the one
    bridge = Bridge(file.bridge.domain, file.bridge.postmaster, file.bridge.product, file.bridge.mass)
    return Book(bridge, people, pairs)


@dataclass(slots=True)
class S3Agreements:
    """The file in its bucket, kept in memory with its ETag."""

    client: "S3Client"
    bucket: str
    now: Callable[[], float] = time.monotonic
    _book: Book | None = field(default=None, repr=False)
    _tag: str = ""
    _until: float = 0.0

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
        with answering("agreements"):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=FILE, IfNoneMatch=self._tag or _NO_TAG)
                self._book, self._tag = parse(answer["Body"].read(terms.LARGEST + 1)), answer["ETag"]
            except ClientError as error:
                if code(error) in {"NoSuchKey", "404"}:
                    self._book, self._tag = None, ""
                elif code(error) not in {"304", "NotModified"}:
                    raise
            except AgreementsError as error:  # the mail is not to blame: it waits
                raise UnavailableError("agreements.invalid", "The file of agreements has mistakes.") from error
        self._until = self.now() + FRESH


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


def _correspondent(table: CorrespondentTable) -> Correspondent:
    return Correspondent(
        table.network,
        table.address,
        table.alias,
        table.label,
        table.lock,
        _professional(table),
        table.certificate,
        tuple(LocalCode(local, one.loinc, one.ucum) for local, one in table.codes.items()),
        table.profile or Profile.INTEROP,
    )


def _professional(table: CorrespondentTable) -> Professional:
    person = table.professional
    return Professional(
        person.family,
        person.given,
        person.title,
        Identifier(_PERSON, _RPPS + person.rpps) if person.rpps else None,
        _code(person.profession, _PROFESSION),
        _organisation(table.organisation) if table.organisation else None,
    )


def _organisation(table: terms.OrganisationTable) -> Organisation:
    return Organisation(
        table.name,
        Identifier(_STRUCTURE, table.id) if table.id else None,
        _code(table.sector, _SECTOR),
        _code(table.setting, _SETTING),
        PostalAddress(table.address, table.postcode, table.city),
        table.phone,
    )


def _code(table: terms.CodeTable | None, system: str) -> Code | None:
    return Code(table.code, system, table.display) if table else None
