"""A person's answer in plain words crosses as text, in its thread, and as nothing else."""

import email
import email.policy

import pytest

from passerelle.adapters.smtp import conforming
from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.message import Network, Opened, Proof
from passerelle.core.networks import answer, apicrypt, mssante
from tests.core.documents.synthetic import DISPATCH

HEAD = "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nSubject: Re: CR CANARI Camille\r\nMIME-Version: 1.0\r\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nMerci, à mardi.\r\n> votre courrier\r\n"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Merci, à mardi.</p>\r\n"
LOGO = 'Content-Type: image/png; name="logo.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n'


def several(kind: str, *parts: str) -> str:
    return (
        f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n" + "".join(f"--b\r\n{one}" for one in parts) + "--b--\r\n"
    )


def opened(body: str) -> Opened:
    return Opened((HEAD + body).encode(), Proof("signature"))


def test_an_answer_in_html_alone_is_its_words() -> None:
    message = answer.read(opened(HTML))
    assert message.text == "Merci, à mardi."
    assert [loss.what for loss in message.losses] == ["mail.html-alone"]


@pytest.mark.parametrize("body", [PLAIN, several("alternative", PLAIN, HTML)])
@pytest.mark.parametrize("network", Network)
def test_words_cross_as_they_were_typed_and_the_subject_does_not(body: str, network: Network) -> None:
    raw = answer.write(answer.read(opened(body)), DISPATCH, network).mail
    assert conforming(raw)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read.get_content_type() == "text/plain"
    assert read.get_content().splitlines() == ["Merci, à mardi.", "> votre courrier"]
    assert "CANARI" not in str(read["Subject"])
    assert (read["X-MSS-NIL"] is not None) is (network is Network.MSSANTE)
    assert mime.read(raw).message_id == DISPATCH.message_id


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (several("mixed", PLAIN, LOGO), "answer.files"),
        (several("mixed", PLAIN, 'Content-Type: text/plain; name="a.txt"\r\n\r\nx\r\n'), "answer.files"),
        (HTML.replace("Merci, à mardi.", '<img src="cid:x">'), "answer.empty"),
        ("Content-Type: text/plain\r\n\r\n \r\n", "answer.empty"),
    ],
)
def test_what_is_not_words_alone_goes_back(body: str, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        answer.read(opened(body))
    assert refused.value.code == code


@pytest.mark.parametrize("form", [apicrypt, mssante])
def test_both_networks_say_of_it_that_it_has_no_document(form: object) -> None:
    with pytest.raises(MalformedError) as refused:
        form.read(opened(PLAIN))  # type: ignore[attr-defined]
    assert refused.value.code in answer.NO_DOCUMENT


@pytest.mark.parametrize("more", [0, 1])
def test_an_answer_has_as_much_text_as_any_mail_and_no_more(more: int) -> None:
    lines = ["x" * 98] * (mime.MOST_TEXT // 100)  # 100 signs each, with their ends
    lines[0] += "x" * (2 + more)  # the last has none
    long = opened("Content-Type: text/plain\r\n\r\n" + "\r\n".join(lines))
    if not more:
        assert len(answer.read(long).text) == mime.MOST_TEXT
        return
    with pytest.raises(MalformedError):
        answer.read(long)
