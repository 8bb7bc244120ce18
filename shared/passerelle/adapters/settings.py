"""What template.yaml tells the functions: environment variables PASSERELLE_*, checked at cold start."""

import ipaddress
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from passerelle.core.message import Network

PREFIX = "PASSERELLE_"

LARGEST_MIB = 64
"""Of a mail: a function of 2 GB can translate it."""

SHORTEST_LEDGER = 180
"""Days: what MSSanté recommends for traces, and longer than `seal` and `sweep` look back."""

UNSAFE_NONE = "unsafe_none"
"""In the place of the URLs of revocation lists: revocation is not looked at."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=r"^\S+$")]


class Tls(Enum):
    """How the way out to a network is protected."""

    MUTUAL = "mutual"  # STARTTLS, and our own certificate
    OPERATOR = "operator"  # the same, and the server's certificate is the one of the white list for the domain
    STARTTLS = "starttls"
    LOOPBACK = "loopback"  # in clear, to this machine only
    UNSAFE_CLEAR = "unsafe_clear"  # in clear, to anywhere: never with real mail


class Login(Enum):
    """How the bridge logs in to a mailbox."""

    EXTERNAL = "external"  # by its certificate
    PASSWORD = "password"  # noqa: S105 - no password, a word


class Place(BaseModel):
    """A host and a port."""

    model_config = ConfigDict(frozen=True)

    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65535)]

    @classmethod
    def split(cls, text: object) -> object:
        """Return `host:port` as its two parts."""
        if not isinstance(text, str):
            return text
        host, _, port = text.rpartition(":")
        return {"host": host, "port": port}

    @property
    def on_loopback(self) -> bool:
        """Return whether the host is this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def _clamd(text: object) -> object:
    """Return the address of a scanner: none, the path of a socket, or `host:port`."""
    if isinstance(text, str) and (not text or text.startswith("/")):
        return PurePosixPath(text) if text else None
    return Place.split(text)


def _urls(text: object) -> object:
    """Return the URLs of revocation lists; None where an operator has chosen that revocation is not looked at."""
    if not isinstance(text, str):
        return text
    return None if text == UNSAFE_NONE else tuple(text.split())


def _place(text: object) -> object:
    """Return a place, or none."""
    return None if text == "" else Place.split(text)


MaybePlace = Annotated[Place | None, BeforeValidator(_place)]
User = Annotated[str, StringConstraints(max_length=254, pattern=r"^[!-~]*$")]
FieldName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9-]*$")]
HostName = Annotated[str, StringConstraints(max_length=253, pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,1000}$")]
Urls = Annotated[Annotated[tuple[Url, ...], Field(min_length=1)] | None, BeforeValidator(_urls)]


class Inbox(BaseModel):
    """An application mailbox."""

    model_config = ConfigDict(frozen=True)

    place: Place
    user: Annotated[User, Field(min_length=1)]
    tls: Tls
    login: Login
    field: FieldName

    def model_post_init(self, _context: object, /) -> None:
        """Refuse to log in by a certificate that is not shown, and a white list, which names who sends mail."""
        if self.tls is Tls.OPERATOR and self.login is not Login.EXTERNAL:
            msg = "A mailbox is not on the white list: its tls is mutual."
            raise ValueError(msg)
        if self.login is Login.EXTERNAL and self.tls is not Tls.MUTUAL:
            msg = "A mailbox that is opened by a certificate has its tls mutual."
            raise ValueError(msg)


class Settings(BaseModel):
    """All settings of the bridge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mailroom: Name
    configuration: Name
    ledger: Name
    archive: Name
    accept_queue: Name
    translate_queue: Name
    deliver_queue: Name
    acknowledge_queue: Name
    secrets_prefix: Name
    mssante_relay: Annotated[Place, BeforeValidator(Place.split)]
    mssante_relay_tls: Tls
    apicrypt_relay: Annotated[Place, BeforeValidator(Place.split)]
    apicrypt_relay_tls: Tls
    mssante_mailbox: MaybePlace = None
    mssante_mailbox_user: User = ""
    mssante_mailbox_tls: Tls
    mssante_mailbox_login: Login
    mssante_mailbox_field: FieldName = ""
    apicrypt_mailbox: MaybePlace = None
    apicrypt_mailbox_user: User = ""
    apicrypt_mailbox_tls: Tls
    apicrypt_mailbox_login: Login
    apicrypt_mailbox_field: FieldName = ""
    largest_mail_mib: Annotated[int, Field(ge=1, le=LARGEST_MIB)]
    mssante_crls: Urls
    apicrypt_crls: Urls
    white_list: Annotated[str, StringConstraints(pattern=r"^https://[!-~]{1,1000}$")]
    white_list_signers: Annotated[tuple[HostName, ...], BeforeValidator(_urls), Field(min_length=1)]
    directory: Annotated[str, StringConstraints(pattern=r"^(https://[!-~]{1,1000})?$")] = ""
    marks_key: Annotated[str, StringConstraints(pattern=r"^\S{0,2048}$")] = ""  # empty: no marks
    persons: Name
    persons_key: Annotated[str, StringConstraints(pattern=r"^\S{0,2048}$")] = ""  # empty: nobody's address is kept
    ledger_days: Annotated[int, Field(ge=SHORTEST_LEDGER, le=36500)]
    ehlo_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{0,253}$")] = ""

    seal_delay_minutes: Annotated[int, Field(ge=0, le=1440)]
    time_authority: Annotated[str, StringConstraints(pattern=r"^(https?://[!-~]{1,1000})?$")] = ""
    oidc_issuer: Annotated[str, StringConstraints(pattern=r"^(https?://[!-~]{1,1000})?$")] = ""
    oidc_audience: Name
    page_client: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,255}$")] = ""  # empty: no page on AWS
    page_scopes: Annotated[str, StringConstraints(pattern=r"^openid( [!-~]{1,200}){1,10}$")]
    page_secret: bool
    clamd: Annotated[Place | PurePosixPath | None, BeforeValidator(_clamd)] = None

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the settings of the environment; pydantic's ValidationError (a ValueError) names what is wrong."""
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        return cls.model_validate(given)

    def mailbox(self, network: Network) -> Inbox | None:
        """Return the mailbox of a network, where there is one."""
        given = {name: getattr(self, f"{network.value}_mailbox_{name}") for name in ("user", "tls", "login", "field")}
        place = getattr(self, f"{network.value}_mailbox")
        return Inbox(place=place, **given) if place else None

    def model_post_init(self, _context: object, /) -> None:
        """Refuse a way in clear that leaves this machine, and a mailbox that nobody can log in to."""
        ways = [(self.mssante_relay, self.mssante_relay_tls), (self.apicrypt_relay, self.apicrypt_relay_tls)]
        ways += [(one.place, one.tls) for network in Network if (one := self.mailbox(network))]
        if any(tls is Tls.LOOPBACK and not place.on_loopback for place, tls in ways):
            msg = "A mail server of mode loopback is on this machine; any other wants STARTTLS."
            raise ValueError(msg)
