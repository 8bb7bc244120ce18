"""The white list of MSSanté: which domains there are, and whose certificates speak for each.

What an operator's certificate is called is looked up in microseconds; how a list is verified is in `white_list_xml`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passerelle.core.errors import MalformedError, UnavailableError, UntrustedError
from passerelle.core.trust.names import Name

LONGEST_AGE = timedelta(days=7)
"""How long after it was last confirmed a list is believed."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LONGEST_DOMAIN = 253


@dataclass(frozen=True, slots=True)
class WhiteList:
    """A list that was verified: names of certificates by domain; and how many of its entries say nothing."""

    generated: datetime
    domains: Mapping[str, frozenset[Name]] = field(repr=False)
    odd: int = 0

    def names(self, domain: str) -> frozenset[Name]:
        """Return the names that speak for a domain; UntrustedError `trust.domain` where it is not of MSSanté."""
        found = self.domains.get(canonical(domain) or domain)
        if not found:
            raise UntrustedError("trust.domain", "A domain is not in the white list of MSSanté.")
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """The last good list, when it was last confirmed, and by which word the server knows it (ETag)."""

    content: WhiteList
    confirmed: datetime
    tag: str = ""

    def believed(self, now: datetime) -> WhiteList:
        """Return the list; UnavailableError `trust.list-stale` where nobody has confirmed it for too long."""
        if now - self.confirmed > LONGEST_AGE:
            raise UnavailableError("trust.list-stale", f"The white list was not confirmed for {LONGEST_AGE.days} days.")
        return self.content


def canonical(domain: str) -> str | None:
    """Return a domain as it is looked up: ASCII (IDNA), lower case, no final dot; None where it is none."""
    try:
        plain = domain.strip().removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return plain if len(plain) <= _LONGEST_DOMAIN and _DOMAIN.fullmatch(plain) else None


def gathered(generated: datetime, entries: Iterable[tuple[str | None, Name | None]]) -> WhiteList:
    """Return the list of these entries: a domain has one for each of its certificates."""
    domains: dict[str, set[Name]] = {}
    odd = 0
    for domain, name in entries:
        if domain is None or name is None:
            odd += 1
        else:
            domains.setdefault(domain, set()).add(name)
    return WhiteList(generated, {domain: frozenset(names) for domain, names in domains.items()}, odd)


def advance(kept: Kept | None, new: WhiteList, now: datetime, tag: str = "") -> Kept:
    """Return what to keep now that a list was verified; UntrustedError `trust.list-rollback` where it goes back."""
    if kept and new.generated < kept.content.generated:
        raise UntrustedError("trust.list-rollback", "The white list is older than the one that is kept.")
    return Kept(new, now, tag)


def dump(kept: Kept) -> bytes:
    """Return the list as it is kept: JSON, each name once, and the places of its names for each domain."""
    names = sorted(set().union(*kept.content.domains.values()))
    places = {name: place for place, name in enumerate(names)}
    domains = {domain: sorted(map(places.__getitem__, found)) for domain, found in kept.content.domains.items()}
    return json.dumps(
        {
            "generated": kept.content.generated.isoformat(),
            "confirmed": kept.confirmed.isoformat(),
            "tag": kept.tag,
            "odd": kept.content.odd,
            "names": names,
            "domains": domains,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def load(content: bytes) -> Kept:
    """Return a list that was kept; MalformedError `trust.list-kept` where it is none."""
    try:
        found = json.loads(content)
        names = [tuple((oid, value) for oid, value in name) for name in found["names"]]
        domains = {domain: frozenset([names[place] for place in places]) for domain, places in found["domains"].items()}
        listed = WhiteList(datetime.fromisoformat(found["generated"]), domains, int(found["odd"]))
        return Kept(listed, datetime.fromisoformat(found["confirmed"]), str(found["tag"]))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise MalformedError("trust.list-kept", "The white list that was kept cannot be read.") from error
