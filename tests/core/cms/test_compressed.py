import zlib

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.cms import compressed
from passerelle.core.errors import PasserelleError
from tests.matrix.peers import squeezed


def refusal(data: bytes) -> str:
    with pytest.raises(PasserelleError) as caught:
        compressed.inflate(data)
    return caught.value.code


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_compressed_comes_back(content: bytes) -> None:
    assert compressed.inflate(squeezed(zlib.compress(content))) == content


def test_what_comes_out_is_capped() -> None:
    assert len(compressed.inflate(squeezed(zlib.compress(bytes(compressed.LARGEST))))) == compressed.LARGEST
    assert refusal(squeezed(zlib.compress(bytes(compressed.LARGEST + 1)))) == "cms.compressed"


def test_what_is_not_whole_is_refused() -> None:
    packed = zlib.compress(b"Compte rendu" * 20)
    for wrong in (b"", packed[:-1], packed[:10], packed + b"x", packed[::-1], b"\x1f\x8b" + packed):
        assert refusal(squeezed(wrong)) == "cms.compressed"


def test_other_kinds_are_refused() -> None:
    info = cms.ContentInfo.load(squeezed(b""))
    info["content"]["compression_algorithm"] = {"algorithm": "1.2.3.4"}
    assert refusal(info.dump(force=True)) == "cms.compressed"
    info = cms.ContentInfo.load(squeezed(b""))
    info["content"]["encap_content_info"] = {"content_type": "1.2.3.4"}
    assert refusal(info.dump(force=True)) == "cms.content-type"
    assert refusal(cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()) == "cms.structure"
