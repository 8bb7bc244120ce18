"""Every route of the API and of the page, with a way that is right and the roles that it is open to."""

from dataclasses import dataclass, field
from types import MappingProxyType

from passerelle.steps.audit.ports import Role
from tests.steps.office import HOSPITAL

EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.AUDITOR, Role.OPERATOR})


@dataclass(frozen=True)
class Row:
    """A route: `{id}` in its way is that of a delivery which waits for a decision."""

    way: str
    roles: frozenset[Role]
    body: dict[str, str] = field(default_factory=dict)


_SEARCH = {"by": "sender", "value": HOSPITAL.address}
_RETRY = {"decision": "retry"}

API = MappingProxyType(
    {
        "GET /v1/deliveries": Row("/v1/deliveries?day=2026-11-22", EVERYBODY),
        "GET /v1/deliveries/{delivery_id}": Row("/v1/deliveries/{id}", EVERYBODY),
        "GET /v1/deliveries/{delivery_id}/slip": Row("/v1/deliveries/{id}/slip", EVERYBODY),
        "GET /v1/deliveries/{delivery_id}/persons": Row("/v1/deliveries/{id}/persons", frozenset({Role.AUDITOR})),
        "POST /v1/deliveries/{delivery_id}/decisions": Row(
            "/v1/deliveries/{id}/decisions", frozenset({Role.OPERATOR}), _RETRY
        ),
        "GET /v1/waiting": Row("/v1/waiting", STAFF),
        "POST /v1/searches": Row("/v1/searches", EVERYBODY, _SEARCH),
        "GET /v1/volumes": Row("/v1/volumes?until=2026-11-22", STAFF),
        "GET /v1/statistics": Row("/v1/statistics?month=2026-11", STAFF),
        "GET /v1/exports": Row("/v1/exports?day=2026-11-22&form=csv", frozenset({Role.AUDITOR})),
    }
)
"""Behind a token, in the template and in the document."""

PAGE = MappingProxyType(
    {
        "GET /{lang}/": Row("/fr/", EVERYBODY),
        "POST /{lang}/sign-out": Row("/fr/sign-out", EVERYBODY),
        "GET /{lang}/find": Row("/fr/find?id={id}", EVERYBODY),
        "GET /{lang}/deliveries": Row("/fr/deliveries", EVERYBODY),
        "GET /{lang}/statistics": Row("/fr/statistics?month=2026-11", STAFF),
        "GET /{lang}/exports": Row("/fr/exports?form=csv", frozenset({Role.AUDITOR})),
        "POST /{lang}/search": Row("/fr/search", EVERYBODY, _SEARCH),
        "GET /{lang}/waiting": Row("/fr/waiting", STAFF),
        "GET /{lang}/deliveries/{delivery_id}": Row("/fr/deliveries/{id}", EVERYBODY),
        "GET /{lang}/deliveries/{delivery_id}/slip.json": Row("/fr/deliveries/{id}/slip.json", EVERYBODY),
        "GET /{lang}/deliveries/{delivery_id}/slip.pdf": Row("/fr/deliveries/{id}/slip.pdf", EVERYBODY),
        "POST /{lang}/deliveries/{delivery_id}/persons": Row("/fr/deliveries/{id}/persons", frozenset({Role.AUDITOR})),
        "POST /{lang}/deliveries/{delivery_id}/decisions": Row(
            "/fr/deliveries/{id}/decisions", frozenset({Role.OPERATOR}), _RETRY
        ),
    }
)
"""Behind a session."""
