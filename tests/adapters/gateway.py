"""API Gateway (HTTP API, payload 2.0), as the function sees it, in front of an office of fakes."""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from passerelle.adapters import api
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import AuditDesk, Role
from passerelle.steps.seal import Sealed, seal
from passerelle.steps.seal.ports import SealDesk
from tests.fakes import FakeArchive, FakeMarks, FakeMint, FakeRegister, FakeSignatory
from tests.steps.office import Office, letter
from tests.steps.sealing import KEY

DOMAIN = "medical59.apicrypt.example"
"""Of the partner who asks."""


@dataclass
class Context:
    """What Lambda hands over beside the event."""

    function_name: str = "passerelle"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:passerelle"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Answer:
    """What comes back."""

    status: HTTPStatus
    headers: dict[str, str]
    text: str
    content: bytes = b""

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "Answer":
        """Return what the function gave."""
        body = answer["body"] or ""
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return cls(HTTPStatus(answer["statusCode"]), answer["headers"], content.decode("utf-8", "replace"), content)

    @property
    def json(self) -> Any:  # noqa: ANN401 - of any form
        return json.loads(self.text)


@dataclass
class Gateway:
    """An office whose ledger can be asked."""

    office: Office = field(default_factory=Office)

    def __post_init__(self) -> None:
        self.register = FakeRegister(self.office.ledger)
        self.asking = AuditDesk(
            clock=self.office.clock,
            mint=FakeMint(),
            ledger=self.office.ledger,
            register=self.register,
            marks=FakeMarks(),
            persons=self.office.persons,
            archive=FakeArchive(),
        )

    def seal(self) -> Sealed:
        """Seal all that has happened, a second later."""
        self.office.clock.now += timedelta(seconds=1)
        archive = self.asking.archive
        assert isinstance(archive, FakeArchive)
        clock, ledger = self.office.clock, self.office.ledger
        desk = SealDesk(clock=clock, ledger=ledger, archive=archive, signatory=FakeSignatory(KEY), delay=timedelta(0))
        return seal(desk)

    def ask(self, way: str, role: Role | None = Role.AUDITOR, claims: dict[str, str] | None = None) -> Answer:
        """Ask by GET; `role` None is somebody without a token."""
        path, _, query = way.partition("?")
        return self.hand(request("GET", path, query=query, claims=_claims(role, claims or {})))

    def tell(self, path: str, body: object, role: Role | None = Role.OPERATOR) -> Answer:
        """Ask by POST, with JSON."""
        return self.hand(request("POST", path, body=json.dumps(body), claims=_claims(role, {})))

    def hand(self, event: dict[str, Any]) -> Answer:
        """Hand an event over."""
        context: Any = Context()
        answer = api.answer(event, context, lambda: (self.asking, self.office.desk))
        return Answer.of(answer)


def arrived(gateway: Gateway) -> Delivery:
    """Let a letter come in, cross, and be taken."""
    opened = gateway.office.open(letter())
    gateway.office.settle()
    return gateway.office.ledger.get(opened.id)


def waiting(gateway: Gateway) -> Delivery:
    """Let a letter come in and be held."""
    return gateway.office.force(gateway.office.open(letter()), State.HELD, wake_at=None)


def request(
    method: str, path: str, *, query: str = "", body: str = "", claims: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return the event of a request; claims are those of a token that the gateway has checked."""
    authorizer = {"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if claims is not None else {}
    about = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json"} if body else {},
        "queryStringParameters": dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair),
        "requestContext": {"http": about, "requestId": "id", "stage": "$default", "timeEpoch": 0, **authorizer},
        "body": body or None,
        "isBase64Encoded": False,
    }


def query(**values: object) -> str:
    """Return a query string."""
    return urlencode({name: value for name, value in values.items() if value != ""})


def _claims(role: Role | None, more: dict[str, str]) -> dict[str, str] | None:
    if role is None:
        return None
    return {"sub": "anne.durand", "scope": f"openid {role.value}", "passerelle_domain": DOMAIN, **more}
