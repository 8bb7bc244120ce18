from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime, smime

OUTER = b"From: a@b.example\r\nSubject: un\r\n deux\r\nMessage-ID: <m@b.example>\r\n"
ENTITY = b"Content-Type: text/plain;\r\n charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx\r\n"


def test_a_mail_is_divided_and_joined_without_loss() -> None:
    mail = OUTER + b"MIME-Version: 1.0\r\n" + ENTITY
    outer, entity = smime.divide(mail)
    assert outer == OUTER
    assert entity == b"MIME-Version: 1.0\r\n" + ENTITY
    assert smime.join(outer, entity) == mail


def test_a_mail_with_unix_line_ends_gets_those_of_the_wire() -> None:
    outer, entity = smime.divide((OUTER + ENTITY).replace(b"\r\n", b"\n"))
    assert outer == OUTER
    assert smime.join(outer, entity) == OUTER + ENTITY


def test_a_mail_without_body_or_last_line_end_is_divided() -> None:
    assert smime.divide(b"From: a@b.example") == (b"From: a@b.example\r\n", b"\r\n")
    assert smime.divide(b"Content-Type: text/plain\r\nFrom: a@b.example") == (
        b"From: a@b.example\r\n",
        b"Content-Type: text/plain\r\n\r\n",
    )


@pytest.mark.parametrize("name", [b"FROM", b"From ", b"from\t"])
def test_a_protected_field_replaces_the_outer_one_however_it_is_written(name: bytes) -> None:
    joined = smime.join(OUTER, name + b": c@d.example\r\n" + ENTITY)
    assert mime.sender(joined).address == "c@d.example"


def test_two_protected_from_are_refused() -> None:
    joined = smime.join(OUTER, b"From: a@b.example\r\nFrom: c@d.example\r\n" + ENTITY)
    with pytest.raises(MalformedError, match=r"mail\.from"):
        mime.sender(joined)


@given(st.binary(max_size=300))
def test_what_is_wrapped_is_unwrapped(cms: bytes) -> None:
    locked = smime.unwrap(smime.wrap(cms, "signed-data"))
    assert locked == smime.Locked(cms)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: application/x-pkcs7-mime",
        b'Content-Type: Application/PKCS7-MIME; smime-type="enveloped-data"',
        b'Content-Type: application/octet-stream; name="smime.p7m"',
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=SMIME.P7M",
    ],
)
def test_cms_is_known_by_its_type_or_its_name(head: bytes) -> None:
    entity = head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n"
    assert smime.unwrap(entity) == smime.Locked(b"ABC")


@pytest.mark.parametrize(
    "entity",
    [
        ENTITY,
        b"\r\nx",
        b"Content-Type: application/pdf\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pkcs7-mime\r\n\r\n--b--",
    ],
)
def test_what_is_no_cms_at_its_root_is_none(entity: bytes) -> None:
    assert smime.unwrap(entity) is None


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_a_signed_multipart_has_two_parts(parts: int) -> None:
    one = b"--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n"
    entity = b"Content-Type: multipart/signed; boundary=b\r\n\r\n" + one * parts + b"--b--\r\n"
    with pytest.raises(MalformedError, match=r"mail\.(signed|unclosed)"):
        smime.unwrap(entity)


def test_the_signed_half_is_taken_byte_for_byte() -> None:
    half = b"Content-Type: text/plain  \r\nX: \xe9\r\n\r\n  x \r\n\r\n"
    signature = b"Content-Type: application/pkcs7-signature\r\n\r\nsig"
    entity = (
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n"
        + half
        + b"\r\n--b\r\n"
        + signature
        + b"\r\n--b--\r\n"
    )
    assert smime.unwrap(entity) == smime.Locked(b"sig", half)


@given(st.binary(max_size=300))
def test_any_bytes_are_divided_and_unwrapped_or_refused(noise: bytes) -> None:
    for content in (noise, b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b" + noise):
        with suppress(MalformedError):
            outer, entity = smime.divide(content)
            smime.unwrap(entity)
            smime.join(outer, entity)
