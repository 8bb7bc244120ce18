"""Whether `core/cms` answers Wycheproof's vectors as they say, and why it refuses on purpose what it does."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from passerelle.core.errors import PasserelleError
from tests.wycheproof import opening, signatures

Vector = Callable[[dict[str, Any], dict[str, Any]], None]
SUITES: dict[str, Vector] = {
    "rsa_signature_*": signatures.rsa,
    "rsa_pss_*": signatures.pss,
    "ecdsa_secp256r1_*": signatures.ecdsa,
    "ecdsa_secp384r1_*": signatures.ecdsa,
    "ecdsa_secp521r1_*": signatures.ecdsa,
    "ed25519": signatures.ed25519,
    "rsa_oaep_*": opening.oaep,
    "rsa_pkcs1_*": opening.pkcs1,
    "ecdh_secp*": opening.agreement,
    "aes_gcm": opening.gcm,
    "aes_cbc_pkcs5": opening.cbc,
    "aes_wrap": opening.key_wrap,
}
"""By the names of the files; those of another encoding (P1363, PEM, WebCrypto) are not CMS, and left out."""

UNKNOWN = ("sha3_", "shake", "sha512_224", "sha512_256", "secp224r1", "secp256k1")
"""Digests and curves that the bridge does not know at all: their files would be refused as a whole."""

APPLIES = {
    "RsassaPkcs1Verify": None,
    "RsassaPssVerify": None,
    "EcdsaVerify": None,
    "EddsaVerify": None,
    "RsaesOaepDecrypt": None,
    "RsaesPkcs1Decrypt": None,
    "EcdhTest": opening.agreement,
    "EcdhEcpointTest": opening.agreement_by_point,
    "AeadTest": None,
    "IndCpaTest": None,
    "KeywrapTest": None,
}
PURPOSE = {
    "cms.digest": "SHA-1 and SHA-224 sign nothing here",
    "cms.weak-key": "RSA under 2048 bits or with an exponent under 65537",
    "cms.algorithm": "PSS whose mask has another hash (RFC 4056 §3)",
    "cms.key-transport": "OAEP with a label, or with a hash other than SHA-1 and SHA-2",
    "cms.key": "a private key that the bridge would not load",
    "cms.gcm": "a nonce of another length than 8 to 16 bytes",
    "empty": "an empty key: no content key has no bytes",
}


@dataclass
class Tally:
    """What came of one file."""

    name: str
    agreed: int = 0
    purpose: Counter[str] = field(default_factory=Counter)
    deviations: list[str] = field(default_factory=list)


def judge(path: Path, vector: Vector) -> Tally | None:
    """Return how the vectors of a file are answered; None where they are of an encoding that CMS has not."""
    content = json.loads(path.read_text("utf-8"))
    tally = Tally(path.name.removesuffix("_test.json"))
    for group in content["testGroups"]:
        if group["type"] not in APPLIES:
            return None
        chosen = APPLIES[group["type"]] or vector
        for test in group["tests"]:
            _count(tally, test, _answer(chosen, group, test))
    return tally


def _count(tally: Tally, test: dict[str, Any], answer: str) -> None:
    taken = answer == ""
    if test["result"] == "acceptable" or taken == (test["result"] == "valid"):
        tally.agreed += 1
    elif answer in PURPOSE:
        tally.purpose[answer] += 1
    else:
        what = "taken" if taken else f"refused, {answer}"
        tally.deviations.append(f"{test['tcId']} ({test['result']}: {test['comment']}): {what}")


def _answer(vector: Vector, group: dict[str, Any], test: dict[str, Any]) -> str:
    """Return why a vector is refused; empty where it is taken."""
    try:
        vector(group, test)
    except PasserelleError as error:
        return error.code
    except opening.NotSoError:
        empty = not test.get("msg") and not test.get("shared")
        return "empty" if empty else "another result"
    except (ValueError, InvalidTag):
        return "does not open"
    return ""


def files(folder: Path) -> list[tuple[Path, Vector]]:
    """Return the files that apply."""
    found: dict[Path, Vector] = {}
    for pattern, vector in SUITES.items():
        paths = folder.glob(f"{pattern}_test.json")
        found.update((path, vector) for path in paths if not any(name in path.name for name in UNKNOWN))
    return sorted(found.items(), key=lambda one: one[0].name)
