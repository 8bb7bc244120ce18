"""What lies in the table and in the bucket after mails have crossed: nobody's address, and nothing without an end."""

import base64
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from passerelle.adapters.archive import S3Archive
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.marks import KmsMarks
from passerelle.adapters.persons import SERVICE, KmsPersons
from passerelle.adapters.register import DynamoRegister
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.persons import DETAIL, Addresses
from passerelle.local.cloud.clients import Cloud
from passerelle.steps import audit
from passerelle.steps.audit.ports import Asker, AuditDesk, Role
from tests.adapters import clouds
from tests.fakes import FakeMint
from tests.steps.office import CANARIES, DOCTOR, HOSPITAL, OTHER, PATIENT, Office, letter

AUDITOR = Asker("anne.durand", frozenset({Role.AUDITOR}))
KEPT = timedelta(days=200)


@dataclass
class Kept:
    """An office whose ledger, marks and seals are those of AWS."""

    cloud: Cloud
    office: Office

    def __post_init__(self) -> None:
        table = clouds.table(self.cloud, f"ledger-{uuid.uuid4().hex}")
        kms = self.cloud.client("kms")
        bucket = clouds.bucket(self.cloud, f"persons-{uuid.uuid4().hex}", versions=False)
        marks = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        wrapping = kms.create_key()["KeyMetadata"]["Arn"]
        self.storage = S3Archive(self.cloud.client("s3"), bucket, SERVICE)
        self.persons = KmsPersons(kms, wrapping, self.storage, self.office.clock)
        self.ledger = DynamoLedger(self.cloud.client("dynamodb"), table, pause=lambda _: None)
        ports: dict[str, Any] = {"ledger": self.ledger, "marks": KmsMarks(kms, marks), "persons": self.persons}
        self.office.desk = replace(self.office.desk, kept=KEPT, **ports)
        self.office._specialise(lambda port: port)
        register = DynamoRegister(self.ledger.client, table)
        clock = self.office.clock
        self.asking = AuditDesk(clock=clock, mint=FakeMint(), register=register, kept=KEPT, **ports)

    def items(self) -> list[dict[str, Any]]:
        """Return all that the table holds."""
        pages = self.ledger.client.get_paginator("scan").paginate(TableName=self.ledger.table)
        return [dict(item) for page in pages for item in page["Items"]]


@pytest.fixture
def kept(moto_cloud: Cloud) -> Kept:
    made = Kept(moto_cloud, Office())
    made.office.post(letter(PATIENT, OTHER))
    made.office.post(letter(sender=DOCTOR.address), sender=DOCTOR.address)
    made.office.post(letter(), "nobody.canari@passerelle.mssante.example")
    made.office.pump()
    return made


def everything(kept: Kept) -> tuple[Delivery, ...]:
    return tuple(kept.ledger.opened_on(kept.office.clock.now.date()))


def test_no_address_and_no_name_lies_in_any_item_nor_in_the_bucket(kept: Kept) -> None:
    items = kept.items()
    assert {one.state for one in everything(kept)} >= {State.ACCEPTED, State.REFUSED}
    sealed = [said for item in items for said in _sealed(item)]
    assert len(sealed) >= 6
    decoded = [base64.urlsafe_b64decode(text.split(".")[2] + "==").decode("latin-1") for text in sealed]
    text = repr((items, list(kept.storage.names("")))).casefold()
    assert [canary for canary in CANARIES if canary in text] == []
    assert not [one for one in decoded if "canari" in one.casefold() or "example" in one]


def test_every_item_ends_and_those_of_a_delivery_at_once(kept: Kept) -> None:
    audit.concerned(kept.asking, AUDITOR, everything(kept)[0].id)
    ends: dict[str, set[str]] = {}
    for item in kept.items():
        ends.setdefault(item["delivery"]["S"], set()).add(item["expires"]["N"])
    assert all(len(found) == 1 for found in ends.values())
    until = kept.office.clock.now + KEPT
    for one in everything(kept):
        assert ends[one.id] == {str(int((one.opened_at + KEPT).timestamp()))}
        assert one.expires is not None
        assert one.expires <= until


def test_whom_it_concerns_is_known_until_the_month_is_forgotten(kept: Kept) -> None:
    (inward,) = (
        one
        for one in everything(kept)
        if one.state is State.ACCEPTED and not one.part and _sender(kept, one) == DOCTOR.address
    )
    known = audit.concerned(kept.asking, AUDITOR, inward.id)
    assert known.addresses == Addresses(DOCTOR.address, HOSPITAL.alias, HOSPITAL.address, "canari@source.example")
    kept.persons.forget("2026-11")
    for one in everything(kept):
        assert audit.concerned(kept.asking, AUDITOR, one.id).addresses == Addresses()


def _sender(kept: Kept, one: Delivery) -> str:
    return audit.concerned(kept.asking, AUDITOR, one.id).addresses.sender


def _sealed(item: dict[str, Any]) -> list[str]:
    pairs = [pair["L"] for pair in item.get("details", {"L": []})["L"]]
    return [said["S"] for name, said in pairs if name["S"] == DETAIL]
