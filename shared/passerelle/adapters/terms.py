"""The form of agreements.toml: what may stand in it, checked; each mistake is named with its line."""

import re
import tomllib
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from passerelle.adapters.mistakes import AgreementsError, Mistake, line_of
from passerelle.core.documents import biology, code_table
from passerelle.core.errors import MalformedError
from passerelle.core.mail import envelope
from passerelle.core.message import Letters, Network
from passerelle.core.policy import Ambiguity, Doubt, Lock, Profile

LARGEST = 8 << 20
"""Bytes of the file: some 8,000 correspondents."""

MOST_CODES = 5_000
"""Own codes of tests of one laboratory."""


def _address(text: str) -> str:
    try:
        return envelope.address(text)
    except MalformedError as error:
        msg = "not an address of RFC 5321"
        raise ValueError(msg) from error


def _source(text: str) -> str:
    """Return an address, or `*@domain` for all correspondents of a domain."""
    return "*" + _address("x" + text[1:])[1:] if text.startswith("*@") else _address(text)


Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
OptionalText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Address = Annotated[str, AfterValidator(_address)]
Source = Annotated[str, AfterValidator(_source)]
KeyName = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9_@+.-]{0,100})?$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BridgeTable(_Table):
    """Who the bridge is."""

    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", max_length=200)]
    postmaster: Address
    product: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
    mass: Annotated[int, Field(ge=1, le=1000)] = 20


class CodeTable(_Table):
    """A code and its label."""

    code: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
    display: OptionalText = ""


class ProfessionalTable(_Table):
    """A person."""

    family: Text
    given: OptionalText = ""
    title: OptionalText = ""
    rpps: Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")] | None = None
    profession: CodeTable | None = None


class OrganisationTable(_Table):
    """A structure."""

    name: Text
    id: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9A-Z]{1,19}$")] | None = None  # type digit + FINESS, SIRET…
    sector: CodeTable | None = None
    setting: CodeTable | None = None
    address: Annotated[tuple[Text, ...], Field(max_length=5)] = ()
    postcode: OptionalText = ""
    city: OptionalText = ""
    phone: OptionalText = ""


def _loinc(text: str) -> str:
    if not code_table.valid(text):
        msg = "no LOINC code: its check digit does not fit"
        raise ValueError(msg)
    return text


def _ucum(text: str) -> str:
    if text and not biology.known(text):
        msg = "no UCUM unit that the bridge knows"
        raise ValueError(msg)
    return text


class TestCodeTable(_Table):
    """What a laboratory's own code of a test means, and the unit that it is reported in (empty: none)."""

    loinc: Annotated[str, AfterValidator(_loinc)]
    ucum: Annotated[str, AfterValidator(_ucum)]

    @model_validator(mode="after")
    def _together(self) -> "TestCodeTable":
        if code_table.unfit(self.loinc, self.ucum):
            msg = "this LOINC code is not said in this unit"
            raise ValueError(msg)
        return self


class CorrespondentTable(_Table):
    """Somebody who writes or reads."""

    network: Network
    address: Address
    alias: Address
    label: Text
    lock: Lock
    certificate: KeyName = ""
    profile: Profile | None = None
    professional: ProfessionalTable | None = None  # of MSSanté, the directory may name
    organisation: OrganisationTable | None = None
    codes: Annotated[dict[Text, TestCodeTable], Field(max_length=MOST_CODES)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _certified(self) -> "CorrespondentTable":
        if (self.lock is Lock.SMIME) != bool(self.certificate):
            msg = "lock smime has a certificate, lock channel has none"
            raise ValueError(msg)
        if self.profile and self.lock is not Lock.SMIME:
            msg = "only lock smime has a profile"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _placed(self) -> "CorrespondentTable":
        """StructMin takes no « unknown » for custodian, facility and setting; his mails become CDAs."""
        place = self.organisation
        if self.network is Network.APICRYPT and not self.professional:
            msg = "a correspondent of Apicrypt has a professional"
            raise ValueError(msg)
        if self.network is Network.APICRYPT and not (place and place.id and place.sector and place.setting):
            msg = "a correspondent of Apicrypt has an organisation with id, sector and setting"
            raise ValueError(msg)
        return self


class AgreementTable(_Table):
    """Who may write to whom."""

    name: Text
    senders: Annotated[tuple[Source, ...], Field(alias="from", min_length=1)]
    recipients: Annotated[tuple[Address, ...], Field(alias="to", min_length=1)]
    doubt: Doubt
    ambiguity: Ambiguity = Ambiguity.RESEND
    letters: Letters = Letters.N1
    account: bool = False
    patient_boxes: bool = False
    prescriber: bool = False
    active: Doubt = Doubt.FLAG
    silence_days: Annotated[int, Field(ge=1, le=90)] = 7


class File(_Table):
    """The whole file."""

    bridge: BridgeTable
    correspondent: tuple[CorrespondentTable, ...] = ()
    agreement: tuple[AgreementTable, ...] = ()


def read(raw: bytes) -> File:
    """Return what the file says; AgreementsError with every mistake of form."""
    if len(raw) > LARGEST:
        raise AgreementsError([Mistake(0, "file", f"at most {LARGEST} bytes")])
    try:
        text = raw.decode()
        return File.model_validate(tomllib.loads(text), strict=False)
    except UnicodeDecodeError as error:
        raise AgreementsError([Mistake(raw.count(b"\n", 0, error.start) + 1, "file", "UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise AgreementsError([Mistake(int(line[1]) if line else 0, "file", str(error))]) from error
    except ValidationError as error:
        raise AgreementsError([_mistake(text, fault) for fault in error.errors(include_url=False)]) from error


def _mistake(text: str, fault: Any) -> Mistake:  # noqa: ANN401 - pydantic's ErrorDetails
    where = fault["loc"]
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    return Mistake(line_of(text, where), place or "file", fault["msg"].removeprefix("Value error, "))
