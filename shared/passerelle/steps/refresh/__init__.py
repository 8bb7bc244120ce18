"""Fetch what authorities publish: revocation lists, MSSanté's white list and directory; say what is about to run out.

Each thing is fetched by itself, and what is not good in every respect is not taken: the last good version stays. A run
that fails is told of by its faults; the next one comes within the hour, and none asks twice for the same thing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from passerelle.core.errors import PasserelleError
from passerelle.core.trust import crl, expiry, ground, white_list
from passerelle.core.trust.expiry import Term
from passerelle.core.trust.white_list import Kept
from passerelle.steps.refresh import directory
from passerelle.steps.refresh.ports import Fetched, RefreshDesk, Wanted

__all__ = ["LIST", "SIGNED_LIST", "Round", "lists", "refresh"]

LIST = "white-list.json"
"""Name of the white list as it is looked up."""

SIGNED_LIST = "white-list.xml"
"""Name of the same as it was published, for auditors."""


@dataclass(slots=True)
class Round:
    """What a run found: faults by place and code, what runs out, and how old the two lists of MSSanté are."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    due: dict[int, list[str]] = field(default_factory=dict)
    white_list_age: timedelta | None = None
    domains: int = 0
    directory_age: timedelta | None = None

    def attempt(self, place: str, work: Callable[[], None]) -> None:
        """Do something, or note why it failed: one fault hides no other."""
        try:
            work()
        except PasserelleError as error:
            self.faults.append((place, error.code))


def lists(anchors: str) -> str:
    """Return the name under which the revocation lists of a network are kept."""
    return f"crls.{anchors}.pem"


def refresh(desk: RefreshDesk) -> Round:
    """Fetch everything once, and return what was found."""
    made = Round()
    for name, urls in desk.sources.crls.items():
        for place, url in enumerate(urls or (), 1):
            made.attempt(f"{lists(name)} {place}", partial(_fetch_crl, desk, name, url))
    if desk.sources.white_list:
        made.attempt(LIST, partial(_fetch_white_list, desk, made))
    if desk.sources.directory:
        made.attempt(directory.FILE, partial(directory.take, desk))
        made.attempt(directory.FILE, partial(_tell_directory, desk, made))
    made.attempt("agreements", desk.settled)
    _tell_terms(desk, made)
    made.due = expiry.due(made.terms, desk.clock())
    return made


def _fetch_crl(desk: RefreshDesk, name: str, url: str) -> None:
    """Fetch one revocation list, and keep it among those of its network."""
    fetched = desk.web.get(Wanted(url, crl.LARGEST))
    authorities = ground.load(desk.keyring.anchors(name), None).authorities
    kept = crl.load_all(desk.bulletins.read(lists(name)))
    accepted = crl.accept(crl.load(fetched.content if fetched else b""), kept, authorities, desk.clock())
    if accepted != kept:
        desk.bulletins.keep(lists(name), b"".join(one.pem for one in accepted))


def _fetch_white_list(desk: RefreshDesk, made: Round) -> None:
    """Fetch the white list, or hear that it is still the same."""
    content = desk.bulletins.read(LIST)
    kept = white_list.load(content) if content else None
    try:
        kept = _confirmed(desk, kept)
        desk.bulletins.keep(LIST, white_list.dump(kept))
    finally:
        if kept is not None:
            made.white_list_age, made.domains = desk.clock() - kept.confirmed, len(kept.content.domains)
            made.terms.append(expiry.of_white_list(kept))


def _tell_directory(desk: RefreshDesk, made: Round) -> None:
    made.directory_age = directory.age(desk)


def _confirmed(desk: RefreshDesk, kept: Kept | None) -> Kept:
    """Return the list to keep: the new one, or the old one where the server says that it has no other."""
    from passerelle.core.trust import white_list_xml  # noqa: PLC0415 - XML takes time that those who look up need not

    sources, now = desk.sources, desk.clock()
    anchors = desk.keyring.anchors(sources.list_anchors)
    tag = kept.tag if kept else ""
    fetched = desk.web.get(Wanted(sources.white_list, white_list_xml.LARGEST, tag, anchors))
    if fetched is None and kept:
        return replace(kept, confirmed=now)
    found = fetched or Fetched(b"")
    revoked = None if sources.crls[sources.list_anchors] is None else desk.bulletins.read(lists(sources.list_anchors))
    signers = white_list_xml.Signers(sources.signers, ground.load(anchors, revoked))
    new = white_list.advance(kept, white_list_xml.verify(found.content, signers, now), now, found.tag)
    if kept is None or kept.content != new.content:
        desk.bulletins.keep(SIGNED_LIST, found.content)
    return new


def _tell_terms(desk: RefreshDesk, made: Round) -> None:
    """Find what has an end; a file that cannot be read is a fault."""
    for name in desk.anchors:
        made.attempt(f"anchors/{name}", partial(_certificates, made, f"anchors/{name}", desk.keyring.anchors, name))
    for name in (name for name, urls in desk.sources.crls.items() if urls is not None):
        made.attempt(lists(name), partial(_crls, desk, made, name))
    names: list[str] = []
    made.attempt("agreements", lambda: names.extend(desk.certificates()))
    for name in names:
        place = f"certificates/{name}"
        made.attempt(place, partial(_certificates, made, place, desk.keyring.certificate, name))


def _certificates(made: Round, place: str, read: Callable[[str], bytes], name: str) -> None:
    made.terms += expiry.of_certificates(place, ground.load(read(name), None).authorities)


def _crls(desk: RefreshDesk, made: Round, name: str) -> None:
    found = crl.load_all(desk.bulletins.read(lists(name)))
    made.terms += expiry.of_lists(lists(name), found)
