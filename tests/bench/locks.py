"""Measure the locks on mails of every size, and on the largest message in segments: make bench."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from passerelle.core.cms import enveloped, keys, signed
from tests.vectors import openssl, pki

SIZES = {"10 KB": 10_000, "1 MB": 1_000_000, "20 MB": 20_000_000}


def _key(identity: pki.Identity) -> keys.Key:
    return keys.load(identity.chain_pem, identity.key_pem)


def _milliseconds(run: Callable[[], object], times: int) -> float:
    def once() -> float:
        start = time.perf_counter()
        run()
        return (time.perf_counter() - start) * 1000

    return statistics.median(once() for _ in range(times))


def _segmented(content: bytes) -> bytes:
    """Return a signed message whose content comes in segments."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = openssl.store(Path(folder), "jean", pki.person())
        who = ("-signer", certificate, "-inkey", key)
        options = ("-binary", "-nodetach", "-stream", "-indef", "-outform", "DER", *who)
        return openssl.run("cms", "-sign", *options, content=content)


def main() -> None:
    """Print milliseconds, one core."""
    jean, curve = _key(pki.person()), _key(pki.elliptic("ec@x.example"))
    kinds: dict[str, Callable[[bytes], Callable[[], object]]] = {
        "sign, RSA-2048": lambda content: lambda: signed.sign(content, jean, pki.NOW),
        "verify, RSA-2048": lambda content: _verifying(signed.sign(content, jean, pki.NOW)),
        "verify, in segments of openssl": lambda content: _verifying(_segmented(content)),
        "seal, interop": lambda content: lambda: enveloped.seal(content, (jean.certificate,)),
        "open, interop": lambda content: _opening(content, jean, enveloped.INTEROP),
        "seal, modern, RSA": lambda content: lambda: enveloped.seal(content, (jean.certificate,), enveloped.MODERN),
        "open, modern, RSA": lambda content: _opening(content, jean, enveloped.MODERN),
        "open, modern, P-256": lambda content: _opening(content, curve, enveloped.MODERN),
    }
    print(f"\n{'milliseconds':34}" + "".join(f"{size:>10}" for size in SIZES))  # noqa: T201 - for people
    for name, kind in kinds.items():
        found = [_milliseconds(kind(bytes(size)), 5 if size > 1_000_000 else 20) for size in SIZES.values()]
        print(f"{name:34}" + "".join(f"{one:10.1f}" for one in found))  # noqa: T201 - for people


def _verifying(data: bytes) -> Callable[[], object]:
    return lambda: signed.verify(data)


def _opening(content: bytes, key: keys.Key, profile: enveloped.Profile) -> Callable[[], object]:
    data = enveloped.seal(content, (key.certificate,), profile)
    return lambda: enveloped.unseal(data, key)


if __name__ == "__main__":
    main()
