from collections import Counter

import pytest

from tests.core.cms import flips
from tests.core.cms.flips import Target

TARGETS = tuple(flips.targets())


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_flipped_bit_of_what_is_sealed_or_signed_opens(target: Target) -> None:
    assert target.opens(target.data) == (flips.CONTENT if "Ed25519" in target.name else flips.BODY)
    codes, survivors = flips.survivors(target, flips.sample(target, 100))
    assert survivors == []
    assert sum(codes.values()) == 100


def test_every_flipped_bit_of_gcm_fails_in_one_way() -> None:
    sealed = next(target for target in TARGETS if target.name.startswith("AuthEnvelopedData, P-256"))
    codes, _ = flips.survivors(sealed, sealed.bits())
    assert codes == Counter({"cms.cannot-decrypt": len(sealed.bits())})


def test_all_of_them_are_more_than_ten_thousand() -> None:
    assert sum(len(target.bits()) for target in TARGETS) >= 10_000
