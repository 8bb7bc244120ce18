"""The contract of the mailroom, on its fake and on S3; then what only S3 can get wrong."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.adapters import mailroom as mailrooms
from passerelle.adapters.mailroom import S3Mailroom
from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Mailroom
from tests.adapters import clouds
from tests.fakes import FakeClock, FakeMailroom

MAIL = b"Subject: x\r\n\r\n\xff\x00 any bytes \r\n"
DIGEST = hashlib.sha256(MAIL).hexdigest()
ENVELOPE = Envelope(Network.MSSANTE, "a@ch.mssante.example", ("b@passerelle.mssante.example",), DIGEST)
CLOCK = FakeClock()
NOON = CLOCK.now


@pytest.fixture(autouse=True)
def _at_noon() -> None:
    CLOCK.now = NOON


@pytest.fixture
def on_s3(moto_cloud: Cloud) -> S3Mailroom:
    return S3Mailroom(moto_cloud.client("s3"), clouds.bucket(moto_cloud, "mailroom"), CLOCK)


@pytest.fixture(params=["fake", "moto"])
def mailroom(request: pytest.FixtureRequest) -> Mailroom:
    found: Mailroom = FakeMailroom(CLOCK) if request.param == "fake" else request.getfixturevalue("on_s3")
    return found


def test_a_mail_is_kept_up_to_the_size_that_the_settings_say(moto_cloud: Cloud) -> None:
    small = S3Mailroom(moto_cloud.client("s3"), clouds.bucket(moto_cloud, "mailroom"), CLOCK, largest=1000)
    assert small.read(small.keep(bytes(1000))) == bytes(1000)
    with pytest.raises(MalformedError, match=r"mail\.size"):
        small.keep(bytes(1001))
    large = S3Mailroom(small.client, small.bucket, CLOCK)
    assert small.read(large.keep(bytes(1001))) == bytes(1001)


def test_a_mail_is_named_by_its_digest(mailroom: Mailroom) -> None:
    assert mailroom.keep(MAIL) == DIGEST
    assert mailroom.read(DIGEST) == MAIL


def test_keeping_again_changes_nothing(mailroom: Mailroom) -> None:
    assert mailroom.keep(MAIL) == mailroom.keep(MAIL)
    assert mailroom.read(DIGEST) == MAIL


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(mail=st.binary(max_size=500))
def test_any_bytes_come_back(mailroom: Mailroom, mail: bytes) -> None:
    assert mailroom.read(mailroom.keep(mail)) == mail


def test_what_was_never_kept_is_missing(mailroom: Mailroom) -> None:
    for ask in (lambda: mailroom.read(DIGEST), lambda: mailroom.envelope("inbox/none.json")):
        with pytest.raises(UnavailableError) as caught:
            ask()
        assert caught.value.code == "mailroom.missing"


def test_an_envelope_comes_back_by_its_key(mailroom: Mailroom) -> None:
    assert mailroom.envelope(mailroom.receive(ENVELOPE)) == ENVELOPE
    assert mailroom.envelope(mailroom.dispatch(ENVELOPE)) == ENVELOPE


def test_the_same_envelope_has_the_same_key(mailroom: Mailroom) -> None:
    assert mailroom.receive(ENVELOPE) == mailroom.receive(ENVELOPE)
    assert mailroom.receive(ENVELOPE) != mailroom.dispatch(ENVELOPE)
    assert mailroom.receive(ENVELOPE) != mailroom.receive(replace(ENVELOPE, sender="c@ch.mssante.example"))


def test_envelopes_are_found_by_the_minute_in_which_they_came_in(mailroom: Mailroom) -> None:
    other = replace(ENVELOPE, sender="c@ch.mssante.example")
    first, second = mailroom.receive(ENVELOPE), mailroom.receive(other)
    mailroom.dispatch(ENVELOPE)
    CLOCK.forward(minutes=1)
    again = mailroom.receive(ENVELOPE)
    assert set(mailroom.received(NOON + timedelta(seconds=59.9))) == {(first, ENVELOPE.id), (second, other.id)}
    paris = timezone(timedelta(hours=1))
    assert list(mailroom.received(CLOCK.now.astimezone(paris))) == [(again, ENVELOPE.id)]
    assert list(mailroom.received(NOON - timedelta(minutes=1))) == []


def test_keys_are_what_the_template_listens_to(on_s3: S3Mailroom) -> None:
    (queue,) = clouds.resource("MailroomBucket")["NotificationConfiguration"]["QueueConfigurations"]
    (rule,) = queue["Filter"]["S3Key"]["Rules"]
    assert on_s3.receive(ENVELOPE) == f"{rule['Value']}2026-11-22/08-00/{ENVELOPE.id}.json"
    assert on_s3.dispatch(ENVELOPE) == f"outbox/{ENVELOPE.id}.json"


def test_what_lies_there_is_never_overwritten_and_never_believed(on_s3: S3Mailroom) -> None:
    on_s3.client.put_object(Bucket=on_s3.bucket, Key=f"mails/{DIGEST}", Body=b"something else")
    on_s3.keep(MAIL)
    with pytest.raises(UnavailableError) as caught:
        on_s3.read(DIGEST)
    assert caught.value.code == "mailroom.digest"


def test_an_envelope_at_the_limit_is_read_and_one_past_it_is_not(on_s3: S3Mailroom) -> None:
    for size in (mailrooms.LARGEST_ENVELOPE, mailrooms.LARGEST_ENVELOPE + 1):
        on_s3.client.put_object(Bucket=on_s3.bucket, Key=f"inbox/{size}.json", Body=ENVELOPE.dump().ljust(size))
    assert on_s3.envelope(f"inbox/{mailrooms.LARGEST_ENVELOPE}.json") == ENVELOPE
    with pytest.raises(MalformedError, match=r"mailroom\.size"):
        on_s3.envelope(f"inbox/{mailrooms.LARGEST_ENVELOPE + 1}.json")


@pytest.mark.parametrize(("excess", "code"), [(0, r"mailroom\.digest"), (1, r"mail\.size")])
def test_a_mail_past_the_limit_is_not_even_read(excess: int, code: str) -> None:
    answer = {"ContentLength": mailrooms.LARGEST_MAIL + excess, "Body": io.BytesIO(b"")}
    client: Any = SimpleNamespace(get_object=lambda **_: answer)
    with pytest.raises((MalformedError, UnavailableError), match=code):
        S3Mailroom(client, "mailroom").read(DIGEST)


def test_a_mail_that_could_not_be_read_again_is_not_kept(mailroom: Mailroom) -> None:
    with pytest.raises(MalformedError, match=r"mail\.size"):
        mailroom.keep(bytes(mailrooms.LARGEST_MAIL + 1))


def test_a_mail_at_the_limit_is_kept() -> None:
    written: list[object] = []
    client: Any = SimpleNamespace(put_object=lambda **request: written.append(request["Key"]))
    digest = S3Mailroom(client, "mailroom").keep(bytes(mailrooms.LARGEST_MAIL))
    assert written == [f"mails/{digest}"]


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "PutObject")


@pytest.mark.parametrize(("conflicts", "kept"), [(3, True), (4, False)])
def test_a_write_that_meets_another_is_tried_four_times(conflicts: int, *, kept: bool) -> None:
    faults: list[Exception] = [_error("ConditionalRequestConflict")] * conflicts

    def put_object(**_: object) -> None:
        if faults:
            raise faults.pop()

    client: Any = SimpleNamespace(put_object=put_object)
    mailroom = S3Mailroom(client, "mailroom")
    if kept:
        assert mailroom.keep(MAIL) == DIGEST
    else:
        with pytest.raises(UnavailableError, match=r"mailroom\.unavailable"):
            mailroom.keep(MAIL)


def test_a_refusal_of_s3_is_to_be_asked_again(on_s3: S3Mailroom) -> None:
    elsewhere = replace(on_s3, bucket="no-such-bucket")
    with pytest.raises(UnavailableError, match=r"mailroom\.unavailable"):
        elsewhere.keep(MAIL)
