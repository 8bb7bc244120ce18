"""How much of a processor the lists of authorities take: the white list of MSSanté, and revocation lists."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from passerelle.core.trust import crl, names, white_list, white_list_xml
from passerelle.local.towns import announcements
from passerelle.local.towns.announcements import Entry
from tests.vectors import lists, pki

Thing = TypeVar("Thing")
ENTRIES = 10_000
REVOKED = 100_000


def entry(number: int) -> Entry:
    operator = number % 400
    subject = f"CN=smtp{operator}.operateur.example,OU=1{operator:09d},O=CH EXEMPLE  {operator},ST=Nord (59),C=FR"
    return Entry(f"domaine-{number}.mssante.example", subject)


def say(what: str, seconds: float) -> None:
    shown = f"{seconds * 1000:9.1f} ms" if seconds > 1e-3 else f"{seconds * 1e6:9.1f} µs"
    sys.stdout.write(f"{what:60} {shown}\n")


def best(work: Callable[[], Thing], times: int = 3) -> tuple[float, Thing]:
    """Return the best time of a few, and what came of it."""
    spent = []
    for _ in range(times):
        began = time.process_time()
        made = work()
        spent.append(time.process_time() - began)
    return min(spent), made


def main() -> None:
    """Print the times."""
    document = announcements.white_list([entry(number) for number in range(ENTRIES)], lists.GENERATED)
    content = announcements.signed(document, lists.signer().certificate, pki.rsa_key("variant"))
    seconds, found = best(lambda: white_list_xml.verify(content, lists.signers(), pki.NOW))
    say(f"white list of {ENTRIES:,} entries ({len(content) >> 20} MB) verified and read", seconds)
    kept = white_list.dump(white_list.advance(None, found, pki.NOW))
    seconds, back = best(lambda: white_list.load(kept))
    say("the same, as it is kept, loaded", seconds)
    wanted = names.of(
        pki.issue(pki.Subject(entry(7).name), pki.rsa_key("variant"), pki.authority()).certificate.subject
    )
    seconds, _ = best(lambda: [wanted in back.content.names("domaine-7.mssante.example") for _ in range(1000)])
    say("a domain and a name looked up", seconds / 1000)
    listing = pki.Listing(tuple(range(1, REVOKED + 1)), until=pki.NOW + timedelta(days=6))
    content = pki.revocations(listing, pki.authority())
    seconds, revoking = best(lambda: crl.load(content), 1)
    say(f"revocation list of {REVOKED:,} entries ({len(content) >> 20} MB) loaded", seconds)
    chain = (pki.person().certificate, pki.authority().certificate)
    seconds, _ = best(lambda: crl.check(chain, (revoking,), pki.NOW))
    say("a certificate looked for in it, its signature verified", seconds)


if __name__ == "__main__":
    main()
