"""What an envelope may say, and that it comes back as it was written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import envelope as envelopes
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network

MAIL = "0123456789abcdef" * 4
GOOD = {"network": "mssante", "sender": "a@ch.mssante.example", "recipients": ["b@x.example"], "mail": MAIL}
LOCAL = st.text("abcXYZ019.+'_-", min_size=1, max_size=64)
ADDRESSES = st.builds("{}@{}.example".format, LOCAL, st.text("abcXYZ019", min_size=1, max_size=63))


def refusal(raw: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        envelopes.load(raw)
    return caught.value.code


@given(
    network=st.sampled_from(Network),
    sender=ADDRESSES | st.just(""),
    recipients=st.lists(ADDRESSES, min_size=1, max_size=9),
)
def test_an_envelope_comes_back_as_it_was_written(network: Network, sender: str, recipients: list[str]) -> None:
    envelope = Envelope(network, sender, tuple(recipients), MAIL)
    assert envelopes.load(envelope.dump()) == envelope
    assert envelopes.load(envelope.dump()).id == envelope.id


@pytest.mark.parametrize("wrong", [None, 0, False, [], {}, 1, ["a@ch.mssante.example"]])
@pytest.mark.parametrize("name", list(GOOD))
def test_a_field_of_another_type_is_refused_and_no_sender_is_not_the_null_sender(name: str, wrong: Any) -> None:  # noqa: ANN401 - any JSON
    fields = GOOD | {name: wrong}
    if (name, wrong) == ("recipients", []):
        assert refusal(json.dumps(fields).encode()) == "envelope.recipients"
    elif name != "recipients" or not isinstance(wrong, list):
        assert refusal(json.dumps(fields).encode()) == "envelope.json"


@pytest.mark.parametrize("name", list(GOOD))
def test_a_field_that_is_not_there_is_refused(name: str) -> None:
    assert refusal(json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()) == "envelope.json"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"[]", b"null", b"[" * 60_000, json.dumps(GOOD | {"recipients": [1]}).encode()],
    ids=["nothing", "no UTF-8", "list", "null", "deep", "number"],
)
def test_what_is_no_envelope_is_refused(raw: bytes) -> None:
    assert refusal(raw) == "envelope.json"


def test_an_envelope_has_at_most_a_hundred_recipients() -> None:
    recipients = tuple(f"r{number}@x.example" for number in range(envelopes.MOST_RECIPIENTS + 1))
    assert len(Envelope(Network.APICRYPT, "", recipients[:-1], MAIL).recipients) == envelopes.MOST_RECIPIENTS
    with pytest.raises(MalformedError, match=r"envelope\.recipients"):
        Envelope(Network.APICRYPT, "", recipients, MAIL)


@pytest.mark.parametrize(
    ("local", "right"), [("x" * 64, True), ("x" * 65, False), ("a\r\nRCPT TO:<b>", False), ("a>", False), ("", False)]
)
def test_an_address_is_one_of_rfc_5321_and_nothing_more(local: str, *, right: bool) -> None:
    if right:
        assert envelopes.address(f"{local}@X.Example") == f"{local}@x.example"
    else:
        with pytest.raises(MalformedError, match=r"envelope\.address"):
            envelopes.address(f"{local}@x.example")


def test_an_address_has_at_most_254_characters() -> None:
    domain = ".".join(["d" * 60] * 4)  # 243
    assert envelopes.address(f"{'x' * 10}@{domain}")
    with pytest.raises(MalformedError, match=r"envelope\.address"):
        envelopes.address(f"{'x' * 11}@{domain}")
