import sys
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.cms import ber
from passerelle.core.errors import MalformedError

Tree = tuple[int, bytes | list[Any]]

leaves = st.tuples(st.sampled_from([0x02, 0x04, 0x06, 0x0C, 0x80]), st.binary(max_size=200))
trees = st.recursive(
    leaves, lambda inner: st.tuples(st.sampled_from([0x30, 0x31, 0xA1]), st.lists(inner, max_size=4)), max_leaves=20
)


def length(size: int) -> bytes:
    return bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")


def der(tree: Tree) -> bytes:
    """Encode a tree as DER."""
    tag, content = tree
    body = content if isinstance(content, bytes) else b"".join(map(der, content))
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8])
    return bytes([tag]) + head + (b"" if size < 128 else size.to_bytes((size.bit_length() + 7) // 8, "big")) + body


def loose(tree: Tree) -> bytes:
    """Encode a tree as BER: indefinite, octet strings in segments, long lengths."""
    tag, content = tree
    if not isinstance(content, bytes):
        return bytes([tag, 0x80]) + b"".join(map(loose, content)) + b"\0\0"
    if tag != 0x04:
        return bytes([tag]) + length(len(content)) + content
    pieces = [content[at : at + 7] for at in range(0, len(content), 7)]
    return b"\x24\x80" + b"".join(b"\x04" + length(len(piece)) + piece for piece in pieces) + b"\0\0"


def refused(data: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        ber.normalise(data)
    return caught.value.code


@given(trees)
def test_any_form_of_a_tree_becomes_its_der(tree: Tree) -> None:
    assert ber.normalise(loose(tree)) == der(tree)
    assert ber.normalise(der(tree)) == der(tree)


@given(st.binary(max_size=200))
def test_any_bytes_are_normalised_or_refused_and_what_comes_out_stays(noise: bytes) -> None:
    with suppress(MalformedError):
        flat = ber.normalise(noise)
        assert ber.normalise(flat) == flat
        core.load(flat, strict=True)


def test_encrypted_content_in_segments_is_joined_and_explicit_content_is_not() -> None:
    info = b"\x06\x01\x2a" + b"\x30\x00"
    segments = b"\xa0\x80\x04\x02ab\x04\x01c\0\0"
    assert ber.normalise(b"\x30\x80" + info + segments + b"\0\0") == b"\x30\x0a" + info + b"\x80\x03abc"
    explicit = b"\x06\x01\x2a" + b"\xa0\x80\x24\x80\x04\x01a\x04\x01b\0\0\0\0"
    assert ber.normalise(b"\x30\x80" + explicit + b"\0\0") == b"\x30\x09\x06\x01\x2a\xa0\x04\x04\x02ab"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x01",
        b"\x30\x80",
        b"\x30\x00\x00",
        b"\x04\x80ab\0\0",
        b"\x00\x00",
        b"\x30\x02\x00\x00",
        b"\x30\x03\x04\x02a",
        b"\x30\x85\x00\x00\x00\x00\x00",
        b"\x04\x84\xff\xff\xff\xffa",
        b"\x1f\x81\x01\x00",
        b"\x24\x03\x02\x01\x05",
    ],
)
def test_broken_ber_is_refused(data: bytes) -> None:
    assert refused(data) == "cms.ber"


def test_depth_is_capped() -> None:
    def nested(depth: int) -> bytes:
        return b"\x30\x80" * depth + b"\x05\x00" + b"\0\0" * depth

    assert ber.normalise(nested(ber.DEEPEST))
    assert refused(nested(ber.DEEPEST + 1)) == "cms.depth"


def test_elements_are_capped() -> None:
    def segments(count: int) -> bytes:
        return b"\x24\x80" + b"\x04\x01a" * count + b"\0\0"

    most = ber.MOST_ELEMENTS - 1
    assert ber.normalise(segments(most)) == b"\x04\x83" + most.to_bytes(3, "big") + b"a" * most
    assert refused(segments(most + 1)) == "cms.elements"


def test_object_identifiers_are_capped() -> None:
    assert ber.normalise(b"\x06\x40" + b"\x01" * ber.LONGEST_OID)
    assert refused(b"\x06\x41" + b"\x01" * (ber.LONGEST_OID + 1)) == "cms.ber"


def work(data: bytes) -> tuple[int, int]:
    """Return what a message takes: calls, and the bytes that are held at once."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    tracemalloc.start()
    sys.setprofile(count)
    try:
        ber.normalise(data)
    finally:
        sys.setprofile(before)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return calls, peak


@pytest.mark.parametrize("depth", [1, 5])
def test_work_and_room_grow_as_the_segments_do(depth: int) -> None:
    def nested(count: int) -> bytes:
        return b"\x30\x80" * depth + b"\x24\x80" + b"\x04\x02ab" * count + b"\0\0" * (depth + 1)

    (calls, peak), (more_calls, more) = work(nested(2_000)), work(nested(8_000))
    assert more_calls < 4.1 * calls
    assert more < 4.4 * peak
    assert peak < 400 * len(nested(2_000))
