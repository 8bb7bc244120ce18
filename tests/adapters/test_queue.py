"""The contract of the queue, on its fake and on SQS."""

from collections.abc import Callable
from typing import cast

import pytest

from passerelle.adapters import events
from passerelle.adapters.queue import SqsQueue
from passerelle.core.errors import UnavailableError
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Queue
from tests.fakes import FakeQueue

Case = tuple[Queue, Callable[[], list[tuple[str, str]]]]
VERBS = ("translate", "deliver", "acknowledge")


def _on_sqs(cloud: Cloud) -> Case:
    client = cloud.client("sqs")
    urls = {verb: client.create_queue(QueueName=verb)["QueueUrl"] for verb in VERBS}

    def woken() -> list[tuple[str, str]]:
        found = [(verb, client.receive_message(QueueUrl=urls[verb], MaxNumberOfMessages=10)) for verb in VERBS]
        return [(verb, events.delivery(one["Body"])) for verb, answer in found for one in answer.get("Messages", [])]

    return SqsQueue(client, urls), woken


@pytest.fixture(params=["fake", "moto"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeQueue()
        return fake, lambda: list(fake.wakes)
    return _on_sqs(cast("Cloud", request.getfixturevalue("moto_cloud")))


def test_each_verb_is_woken_for_its_own_deliveries(case: Case) -> None:
    queue, woken = case
    for number, verb in enumerate(VERBS):
        queue.wake(verb, f"{number:032x}")
    assert sorted(woken()) == sorted((verb, f"{number:032x}") for number, verb in enumerate(VERBS))


def test_accept_is_woken_for_an_envelope(moto_cloud: Cloud) -> None:
    client = moto_cloud.client("sqs")
    url = client.create_queue(QueueName="accept")["QueueUrl"]
    SqsQueue(client, {"accept": url}).wake("accept", "inbox/2026-11-22/08-00/a+b.json")
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert list(events.arrivals(message["Body"])) == ["inbox/2026-11-22/08-00/a+b.json"]


@pytest.mark.parametrize("part", ["moto", pytest.param("emulator", marks=pytest.mark.emulator)])
def test_a_standard_queue_shares_fairly_between_groups(part: str, request: pytest.FixtureRequest) -> None:
    client = cast("Cloud", request.getfixturevalue(f"{part}_cloud")).client("sqs")
    url = client.create_queue(QueueName="fair")["QueueUrl"]
    queue = SqsQueue(client, {"deliver": url})
    queue.wake("deliver", "a" * 32, "ab12")
    queue.wake("deliver", "b" * 32)
    asked = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"])
    found = {events.delivery(one["Body"]): one.get("Attributes", {}).get("MessageGroupId") for one in asked["Messages"]}
    assert set(found) == {"a" * 32, "b" * 32}
    assert found["a" * 32] in ({"ab12"} if part == "moto" else {"ab12", None})
    assert found["b" * 32] is None


def test_waking_twice_is_allowed(case: Case) -> None:
    queue, woken = case
    queue.wake("deliver", "a" * 32)
    queue.wake("deliver", "a" * 32)
    assert woken() == [("deliver", "a" * 32)] * 2


def test_a_queue_that_is_not_there_is_to_be_asked_again(moto_cloud: Cloud) -> None:
    queue = SqsQueue(moto_cloud.client("sqs"), {"deliver": "https://sqs.eu-west-3.amazonaws.com/123456789012/none"})
    with pytest.raises(UnavailableError, match=r"queue\.unavailable"):
        queue.wake("deliver", "a" * 32)
