"""Certificate paths of x509-limbo through our check: which are judged as expected, and why each other one is not.

The vectors are C2SP's (https://github.com/C2SP/x509-limbo, Apache-2.0): limbo.json, obtained for the run and named on
the command line; none is kept here. A case that differs and has no explanation below is a fault.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.errors import PasserelleError
from passerelle.core.trust import crl, peer
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.path import Use
from passerelle.core.trust.peer import Peer

SLOWEST = 5.0
"""Seconds for one case."""

STRICTER = {
    r"crl::issuer-no-keyusage-extension": "an authority must say that it signs certificates",
    r"pathlen::self-issued-certs-pathlen": "pyca counts self-issued authorities too",
    r"pathlen::validation-ignores-pathlen-in-leaf|rfc5280::ca-as-leaf": "an authority is no leaf here (RFC 8550)",
    r"rfc5280::eku::ee-without-eku|webpki::eku::.*": "a leaf must say what it is for",
    r"rfc5280::nc::permitted-dn-match": "constraints on directory names are refused, not read",
    r"webpki::nc::nc-permits-dns-san-pattern|webpki::san::.*wildcard.*": "no wildcard on MSSanté",
}
"""Refused here, good there."""

LOOSER = {
    r"pathlen::max-chain-depth-.*": "the depth is ours (4), not the case's",
    r"pathological::nc-dos-3": "ends well within its time, so it need not be refused",
    r"(rfc5280|webpki)::aki::.*|rfc5280::ski::.*": "hints for building a path, which is then verified without them",
    r"rfc5280::nc::not-allowed-in-ee-.*": "a leaf's constraints bind nobody",
    r"rfc5280::nc::permitted-dns-match-noncritical": "constraints are enforced, critical or not",
    r"rfc5280::pc::ica-noncritical-pc": "policies are not used; a critical constraint on them is refused",
    r"rfc5280::san::.*|webpki::san::san-critical-.*": "names are compared whole, whatever their form or mark",
    r"rfc5280::serial::zero": "told apart from no other serial number, on lists too",
    r"rfc5280::ee-critical-aia-invalid": "never followed: no URL of a certificate is",
    r"webpki::cn::.*": "the browsers' rule; beside a SAN the common name counts for nothing here, whatever it says",
    r"webpki::san::no-san": "without a SAN the common name counts: MSSanté names its servers by it",
    r"webpki::eku::.*": "the wanted purpose is there; a second one takes nothing away",
    r"webpki::forbidden-rsa-.*": "the browsers' rule; such a key is as strong",
}
"""Good here, refused there."""


@dataclass(frozen=True)
class Judged:
    """A case, what was expected, what was found, and how long it took."""

    name: str
    expected: bool
    found: str  # empty: good
    seconds: float

    @property
    def as_expected(self) -> bool:
        return self.expected is (not self.found)

    @property
    def reason(self) -> str:
        known = STRICTER if self.expected else LOOSER
        return next((why for pattern, why in known.items() if re.fullmatch(pattern, self.name)), "")


def judged(cases: list[dict[str, Any]]) -> Iterator[Judged]:
    """Judge every case that applies: those that ask for a mailbox are `binding`'s, not a path's."""
    for case in cases:
        if (case.get("expected_peer_name") or {}).get("kind") == "RFC822":
            continue
        began = time.process_time()
        found = _found(case)
        spent = time.process_time() - began
        yield Judged(case["id"], case["expected_result"] == "SUCCESS", found, spent)


def _found(case: dict[str, Any]) -> str:
    given = case["validation_time"]
    now = datetime.fromisoformat(given) if given else datetime.now(UTC)
    use = Use.SERVER if case["validation_kind"] == "SERVER" else Use.CLIENT
    try:
        presented = (case["peer_certificate"], *case["untrusted_intermediates"])
        leaf, *others = (x509.load_pem_x509_certificate(one.encode()) for one in presented)
        trusted = tuple(x509.load_pem_x509_certificate(one.encode()) for one in case["trusted_certs"])
    except ValueError:
        return "trust.certificate"
    try:
        ground = Ground(trusted, tuple(crl.load(one.encode()) for one in case.get("crls") or ()) or None)
        if case["expected_peer_name"]:
            chain = tuple(one.public_bytes(Encoding.DER) for one in (leaf, *others))
            peer.check(Peer(chain, case["expected_peer_name"]["value"], use), ground, now)
        else:
            ground.check(leaf, tuple(others), now, use)
    except PasserelleError as error:
        return error.code
    return ""


def main(arguments: list[str]) -> int:
    """Print the deviations with their reasons, and return 1 where one has none."""
    if not arguments:
        sys.stderr.write("make limbo VECTORS=limbo.json   (of https://github.com/C2SP/x509-limbo)\n")
        return 2
    cases = list(judged(json.loads(Path(arguments[0]).read_text("utf-8"))["testcases"]))
    for one in sorted(cases, key=lambda one: (one.as_expected, one.expected, one.name)):
        if not one.as_expected:
            said = f"refused: {one.found}" if one.found else "accepted"
            sys.stdout.write(f"{one.name:55} {said:25} {one.reason or 'NO REASON KNOWN'}\n")
    slow = [one for one in cases if one.seconds > SLOWEST]
    for one in slow:
        sys.stdout.write(f"{one.name:55} took {one.seconds:.1f} s\n")
    kinds = Counter((one.expected, one.as_expected, bool(one.reason)) for one in cases)
    good = sum(number for (_, as_expected, _), number in kinds.items() if as_expected)
    stricter, looser = kinds[True, False, True], kinds[False, False, True]
    unknown = sum(number for (_, as_expected, known), number in kinds.items() if not as_expected and not known)
    sys.stdout.write(
        f"{good} of {len(cases)} as expected; {stricter} stricter and {looser} looser for a reason; "
        f"{unknown} without; slowest {max((one.seconds for one in cases), default=0):.2f} s\n"
    )
    return 1 if unknown or slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
