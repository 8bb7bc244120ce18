"""Every question to the ledger, with marked words in every field: what comes back, and what is kept of it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from urllib.parse import quote, urlencode

from passerelle.adapters import page, wiring
from passerelle.adapters.api import desks, document
from passerelle.adapters.archive import S3Archive
from passerelle.adapters.page import paper
from passerelle.adapters.page.sessions import Sessions
from passerelle.adapters.page.words import Tongue
from passerelle.core.errors import PasserelleError
from passerelle.core.receipts import slip, verification
from passerelle.core.receipts.verification import Trust
from passerelle.steps.audit.ports import Asker, Role
from passerelle.steps.decide import Decision
from tests.adapters.gateway import Context, request
from tests.canary.haul import Place
from tests.canary.stage import Stage

VALUES = (
    "Zzqserin",
    "299027699900172",
    "zzqserin@patient.example",
    "14/02/1999",
    "zzqpinson.medecine@ch.mssante.example",
)
SLIPS = 5
CLAIMS = {"sub": "anne.durand", "scope": "auditor operator", "passerelle_domain": "zzqpinson.example"}


def everything(stage: Stage) -> Iterator[str]:
    """Ask all there is to ask."""
    day = f"{stage.now().date()}"
    today = f"{wiring.now().date()}"
    found = [one.id for one in wiring.ledger().opened_on(wiring.now().date())][:6]
    yield "audit: API"
    for way in (
        "/openapi.json",
        "/v1/waiting",
        f"/v1/volumes?until={day}&days=31",
        f"/v1/deliveries?day={today}&limit=200",
    ):
        _ask(stage, "GET", way)
    for name in found:
        _ask(stage, "GET", f"/v1/deliveries/{name}")
    yield "audit: API, marked"
    for value in VALUES:
        for field in ("day", "state", "reason", "cursor", "limit", "zzqserin"):
            _ask(stage, "GET", f"/v1/deliveries?day={day}&{field}={quote(value)}")
        _ask(stage, "GET", f"/v1/deliveries/{quote(value)}")
        _ask(stage, "GET", f"/{quote(value)}")
        for by in ("sender", "recipient", "reader", "patient", "message", "partner", value):
            _ask(stage, "POST", "/v1/searches", json.dumps({"by": by, "value": value}))
        _ask(stage, "POST", "/v1/searches", value)
        _ask(stage, "POST", f"/v1/deliveries/{found[0]}/decisions", json.dumps({"decision": value}))
        _ask(stage, "GET", "/v1/waiting", claims=CLAIMS | {"scope": value})
    yield "audit: decisions"
    for name in found:
        for decision in Decision:
            _ask(stage, "POST", f"/v1/deliveries/{name}/decisions", json.dumps({"decision": decision.value}))
    stage.pump()
    yield from _paged(stage, found, today)
    yield from _documented(stage, found, today)
    yield "audit: slips"
    _slips(stage)


def _ask(stage: Stage, method: str, way: str, body: str = "", claims: dict[str, str] | None = None) -> None:
    path, _, query = way.partition("?")
    event = request(method, path, query=query, body=body, claims=CLAIMS if claims is None else claims)
    answer = stage.run("audit", event) or {}
    stage.haul.add(Place.ANSWER, way, json.dumps({name: answer.get(name) for name in ("headers", "cookies")}))
    stage.haul.add(Place.ANSWER, way, str(answer.get("body", "")))


def _paged(stage: Stage, found: list[str], day: str) -> Iterator[str]:
    """Open every page in both languages; what somebody has typed himself stands in the answer to him only."""
    yield "audit: page"
    sessions = Sessions(stage.now, b"k" * 32)
    cookie = sessions.open(Asker("anne", frozenset(Role))).partition(";")[0]
    ways = ["", f"deliveries?day={day}", "waiting", *(f"deliveries/{name}" for name in found), "nowhere"]
    for language in ("fr", "en"):
        for way in ways:
            _open(stage, sessions, _way(f"/{language}/{way}"), cookie)
        for value in VALUES:
            for way in (f"find?id={quote(value)}", f"deliveries?day={quote(value)}", f"deliveries/{quote(value)}"):
                _open(stage, sessions, _way(f"/{language}/{way}"), cookie)
            form = urlencode({"token": "zzqserin", "by": "patient", "value": value})
            _open(stage, sessions, request("POST", f"/{language}/search", body=form), cookie)


def _way(way: str) -> dict[str, object]:
    path, _, query = way.partition("?")
    return request("GET", path, query=query)


def _open(stage: Stage, sessions: Sessions, event: dict[str, object], cookie: str) -> None:
    event["headers"] = {"cookie": cookie}
    answer = page.answer(event, Context(), desks.both, sessions)  # type: ignore[arg-type]
    stage.haul.add(Place.ANSWER, str(event["rawPath"]), str(answer["body"]) + str(answer["headers"]))


def _documented(stage: Stage, found: list[str], day: str) -> Iterator[str]:
    """Ask every way that the API's own document names, so that none is forgotten."""
    yield "audit: every way of the document"
    _ask(stage, "GET", document.PATH)
    answer = stage.run("audit", request("GET", document.PATH, claims=CLAIMS))
    for path, methods in json.loads(answer["body"])["paths"].items():
        for name in found[:2]:
            for method, operation in methods.items():
                given = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
                days = urlencode({one: day for one in given if one in {"day", "since", "until", "from", "to", "month"}})
                way = path.replace("{delivery_id}", name).replace("<delivery_id>", name)
                _ask(stage, method.upper(), f"{way}?{days}", "{}" if method == "post" else "")


def _slips(stage: Stage) -> None:
    """Make slips of sealed deliveries, as JSON and as paper."""
    files = S3Archive(stage.cloud.client("s3"), "archive")
    keys = verification.own_keys(files)
    for one in islice(wiring.ledger().opened_on(wiring.now().date()), SLIPS):
        with suppress(PasserelleError):  # not sealed yet
            made = slip.made(files, slip.search(files, one.id), *keys)
            stage.haul.add(Place.ARCHIVE, f"slip {one.id}", made)
            for tongue in Tongue:
                sheet = paper.drawn(slip.check(made, Trust(keys)), "preuve.json", tongue)
                stage.haul.add(Place.ARCHIVE, f"slip {one.id}, on paper", sheet)
