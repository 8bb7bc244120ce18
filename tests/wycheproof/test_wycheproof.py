"""The judge of Wycheproof's vectors, on vectors of our own; on the real ones where PASSERELLE_WYCHEPROOF has them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.wycheproof import __main__ as command
from tests.wycheproof.judge import Tally, files, judge

KEY, SECRET = bytes(range(16)), bytes(range(32))


def told(folder: Path, name: str, kind: str, *tests: dict[str, Any]) -> Tally:
    numbered = [{"tcId": number, "comment": "", **test} for number, test in enumerate(tests, 1)]
    group = {"type": kind, "keySize": 128, "tests": numbered}
    (folder / f"{name}_test.json").write_text(json.dumps({"testGroups": [group]}), "utf-8")
    ((path, vector),) = files(folder)
    tally = judge(path, vector)
    assert tally
    return tally


def wrap(result: str, wrapped: bytes) -> dict[str, str]:
    return {"key": KEY.hex(), "msg": SECRET.hex(), "ct": wrapped.hex(), "result": result}


def test_an_answer_that_a_vector_says_agrees_and_another_deviates(tmp_path: Path) -> None:
    good = keywrap.aes_key_wrap(KEY, SECRET)
    bad = good[:-1] + bytes([good[-1] ^ 1])
    tally = told(
        tmp_path,
        "aes_wrap",
        "KeywrapTest",
        wrap("valid", good),
        wrap("invalid", bad),
        wrap("acceptable", bad),
        wrap("valid", bad),
        wrap("invalid", good),
    )
    assert tally.agreed == 3
    assert tally.deviations == ["4 (valid: ): refused, another result", "5 (invalid: ): taken"]
    assert command.main(tmp_path) == 1


def test_what_is_refused_on_purpose_is_counted_by_its_code(tmp_path: Path) -> None:
    def gcm(nonce: bytes) -> dict[str, str]:
        sealed = AESGCM(KEY).encrypt(nonce, SECRET, None)
        parts = {"iv": nonce, "ct": sealed[:-16], "tag": sealed[-16:], "aad": b"", "key": KEY, "msg": SECRET}
        return {"result": "valid", **{name: part.hex() for name, part in parts.items()}}

    tally = told(tmp_path, "aes_gcm", "AeadTest", gcm(bytes(12)), gcm(bytes(20)))
    assert (tally.agreed, dict(tally.purpose), tally.deviations) == (1, {"cms.gcm": 1}, [])
    assert command.main(tmp_path) == 0


def test_files_of_another_encoding_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "ecdsa_secp256r1_sha3_256_test.json").write_text("{}", "utf-8")
    assert files(tmp_path) == []
    assert command.main(tmp_path) == 2
    group = {"type": "EcdsaP1363Verify", "tests": []}
    (tmp_path / "ecdsa_secp256r1_sha256_p1363_test.json").write_text(json.dumps({"testGroups": [group]}), "utf-8")
    ((path, vector),) = files(tmp_path)
    assert judge(path, vector) is None


@pytest.mark.reference
@pytest.mark.slow
def test_no_vector_of_wycheproof_deviates() -> None:
    folder = os.environ.get("PASSERELLE_WYCHEPROOF")
    if not folder:
        pytest.skip("NOT CHECKED: PASSERELLE_WYCHEPROOF names no folder (clone github.com/C2SP/wycheproof)")
    assert command.main(Path(folder)) == 0
