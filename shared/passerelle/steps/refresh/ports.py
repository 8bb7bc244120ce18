"""What `refresh` needs of the world; each port has one adapter and one fake of the same name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from passerelle.steps.ports import Clock, Keyring


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found, and the word by which the server knows this version of it (ETag, or else Last-Modified)."""

    content: bytes
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    url: str
    largest: int  # bytes
    tag: str = ""  # of the version that is kept
    anchors: bytes = b""  # PEM; who may certify the server, where the URL is https


class Web(Protocol):
    """Where authorities publish (HTTP)."""

    def get(self, wanted: Wanted) -> Fetched | None:
        """Return what is there; None where it is still what the tag says; UnavailableError `web.…` otherwise."""


class Bulletins(Protocol):
    """The last good version of what authorities publish (S3)."""

    def read(self, name: str) -> bytes:
        """Return what is kept under a name; nothing where nothing is."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep a new version in the place of the old one; UnavailableError where somebody else just did."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything is fetched from: never from where a message or a certificate says."""

    crls: Mapping[str, tuple[str, ...] | None]  # URLs, by the name of the anchors; None: an operator's unsafe choice
    white_list: str = ""  # URL; empty: not fetched
    signers: frozenset[str] = frozenset()  # common names of who may sign it
    list_anchors: str = ""  # name of the anchors of the white list's signer and server, and of the directory's server
    directory: str = ""  # URL; empty: not fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshDesk:
    """What `refresh` needs."""

    clock: Clock
    web: Web
    bulletins: Bulletins
    keyring: Keyring
    sources: Sources
    anchors: tuple[str, ...] = ()  # names of all anchors whose end is told of
    certificates: Callable[[], tuple[str, ...]] = tuple  # names of the correspondents' certificates
    correspondents: Callable[[], frozenset[str]] = frozenset  # addresses on MSSanté, in lower case
    settled: Callable[[], None] = lambda: None  # `agreements.…` where agreements and directory are at odds
