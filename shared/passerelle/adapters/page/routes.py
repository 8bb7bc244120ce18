"""The pages: each asks the step what the API asks it, and draws the answer."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from passerelle.adapters.api.shapes import Seeking
from passerelle.adapters.page import asked, charts, drawing, proving
from passerelle.adapters.page.drawing import Visit, elsewhere, html
from passerelle.core.receipts.lifecycle import TOLD, WITH_A_PERSON, State
from passerelle.steps import audit
from passerelle.steps.audit import proof
from passerelle.steps.audit.ports import By, Question
from passerelle.steps.decide import CHOICES, Author, Decision, decide

DAYS = 14
"""Days of the overview."""

_REASON = re.compile(r"[a-z0-9.-]{0,64}")
_ID = re.compile(r"[0-9a-f]{32}")

router = Router()  # type: ignore[no-untyped-call] # published so


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is narrowed to, as its form shows it."""

    on: date
    state: str = ""
    reason: str = ""

    @property
    def day(self) -> str:
        """Return the day as a form has it."""
        return self.on.isoformat()

    @property
    def before(self) -> str:
        """Return the day before."""
        return (self.on - timedelta(days=1)).isoformat()

    @property
    def after(self) -> str:
        """Return the day after."""
        return (self.on + timedelta(days=1)).isoformat()

    @property
    def question(self) -> Question:
        """Return the question."""
        return Question(By.DAY, self.day, State(self.state) if self.state else None, self.reason)


def _visit() -> Visit:
    found: Visit = router.context["visit"]
    return found


@router.get("/<lang>/")
def home(**_way: str) -> Response[str]:
    """Return the overview."""
    visit = _visit()
    today, values = visit.desk.clock().date(), dict[str, Any](bars=[], causes=[])
    if audit.may(visit.asker, audit.Act.VOLUMES):
        tallies = audit.volumes(visit.desk, visit.asker, today, DAYS)
        counted = audit.causes(tallies, TOLD | WITH_A_PERSON)
        values = {"bars": charts.bars(tallies), "causes": charts.causes(counted)}
    return _drawn("home", wish=Wish(today), **values)


@router.post("/<lang>/sign-out")
def sign_out(**_way: str) -> Response[str]:
    """End the session here, and show the way out of the issuer's, where there is one."""
    visit, leaving = _visit(), router.context["leaving"]
    visit.guard(asked.form(router.current_event).get("token", ""))
    home = f"/{visit.tongue.value}/"
    text = drawing.page("out", None, visit.tongue, home, leaving=leaving() if leaving else "")
    return html(200, text, {"Set-Cookie": visit.ended})


@router.get("/<lang>/find")
def find(lang: str) -> Response[str]:
    """Go to the delivery whose id is asked for."""
    wanted = asked.query(router.current_event).get("id", "").strip().lower()
    if not _ID.fullmatch(wanted):
        raise asked.wrong()
    return elsewhere(f"/{lang}/deliveries/{wanted}")


@router.get("/<lang>/deliveries")
def deliveries(lang: str) -> Response[str]:
    """Return a page of the deliveries of a day."""
    visit, given = _visit(), asked.query(router.current_event)
    wish = _wish(given, visit.desk.clock().date())
    page = audit.deliveries(visit.desk, visit.asker, wish.question, given.get("cursor", ""))
    following = {"day": wish.day, "state": wish.state, "reason": wish.reason, "cursor": page.cursor}
    return _drawn("list", wish=wish, page=page, next=f"/{lang}/deliveries?{urlencode(following)}")


@router.post("/<lang>/search")
def search(**_way: str) -> Response[str]:
    """Return deliveries that have to do with a value; it comes in a form, for addresses of pages are kept by many."""
    visit, given = _visit(), asked.form(router.current_event)
    visit.guard(given.get("token", ""))
    by, value = given.get("by", ""), given.get("value", "")
    kind = asked.one_of(Seeking, by).kind
    page = audit.search(visit.desk, visit.asker, (kind, value), given.get("cursor", ""))
    return _drawn("found", page=page, by=by, value=value)


@router.get("/<lang>/waiting")
def waiting(lang: str) -> Response[str]:
    """Return a page of what waits for a person."""
    visit = _visit()
    question = Question(By.WAITING, audit.ANY)
    page = audit.deliveries(visit.desk, visit.asker, question, asked.query(router.current_event).get("cursor", ""))
    choices = CHOICES if audit.may(visit.asker, audit.Act.DECISION) else {}
    return _drawn("waiting", page=page, choices=choices, next=f"/{lang}/waiting?{urlencode({'cursor': page.cursor})}")


@router.get("/<lang>/deliveries/<delivery_id>")
def delivery(delivery_id: str, **_way: str) -> Response[str]:
    """Return one delivery."""
    return _delivery(_visit(), delivery_id)


@router.post("/<lang>/deliveries/<delivery_id>/persons")
def persons(delivery_id: str, **_way: str) -> Response[str]:
    """Return one delivery with whom it concerns; no link leads here: each question is an event."""
    visit = _visit()
    visit.guard(asked.form(router.current_event).get("token", ""))
    return _delivery(visit, delivery_id, audit.concerned(visit.desk, visit.asker, delivery_id))


def _delivery(visit: Visit, delivery_id: str, concerned: audit.Concerned | None = None) -> Response[str]:
    account = audit.delivery(visit.desk, visit.asker, delivery_id)
    one = account.delivery
    choices = CHOICES.get(one.state, ()) if audit.may(visit.asker, audit.Act.DECISION) else ()
    values = {"one": one, "events": account.events, "choices": choices, "token": visit.token}
    found = proof.prove(visit.desk, account)
    receipt = found.sealed and audit.may(visit.asker, audit.Act.SLIP)
    people = [(name, said) for name, said in asdict(concerned.addresses).items() if said] if concerned else []
    values |= {"concerned": concerned, "people": people, "asking": audit.may(visit.asker, audit.Act.PERSONS)}
    values |= {"proof": proving.lines(found, visit.tongue), "receipt": receipt}
    path = f"/{visit.tongue.value}/deliveries/{one.id}"
    return html(200, drawing.page("delivery", visit, visit.tongue, path, **values))


@router.get("/<lang>/deliveries/<delivery_id>/slip.json")
def slip_file(delivery_id: str, **_way: str) -> Response[str]:
    """Return the slip of a delivery: the file that proves it."""
    visit = _visit()
    content = proof.receipt(visit.desk, visit.asker, delivery_id)
    return drawing.download(_slip_name(delivery_id, "json"), "application/json", content.decode())


@router.get("/<lang>/deliveries/<delivery_id>/slip.pdf")
def slip_paper(delivery_id: str, **_way: str) -> Response[bytes]:
    """Return the slip of a delivery for people who read paper."""
    from passerelle.adapters.page import paper  # noqa: PLC0415 - fonts and PDF take time that other pages need not

    visit = _visit()
    found = proof.read(visit.desk, proof.receipt(visit.desk, visit.asker, delivery_id))
    drawn = paper.drawn(found, _slip_name(delivery_id, "json"), visit.tongue)
    return drawing.download(_slip_name(delivery_id, "pdf"), "application/pdf", drawn)


def _slip_name(delivery_id: str, form: str) -> str:
    return f"passerelle-{delivery_id[:12]}.{form}"


@router.post("/<lang>/deliveries/<delivery_id>/decisions")
def decision(lang: str, delivery_id: str) -> Response[str]:
    """Decide, and go back to the delivery."""
    visit = _visit()
    audit.permit(visit.desk, visit.asker, audit.Act.DECISION)
    given = asked.form(router.current_event)
    visit.guard(given.get("token", ""))
    if not _ID.fullmatch(delivery_id):
        raise asked.wrong()
    wanted = asked.one_of(Decision, given.get("decision", ""))
    decide(visit.deciding, delivery_id, wanted, Author(visit.asker.name))
    return elsewhere(f"/{lang}/deliveries/{delivery_id}")


def _wish(given: Mapping[str, str], today: date) -> Wish:
    state, reason = given.get("state", ""), given.get("reason", "")
    if not _REASON.fullmatch(reason):
        raise asked.wrong()
    return Wish(asked.day(given, today), asked.one_of(State, state).value if state else "", reason)


def _drawn(name: str, **values: Any) -> Response[str]:  # noqa: ANN401 - what a template needs
    visit = _visit()
    return html(200, drawing.page(name, visit, visit.tongue, visit.path, **values))
