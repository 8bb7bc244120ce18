"""The routes of the API: each asks one question of the step."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from passerelle.adapters.api import problems
from passerelle.adapters.api.shapes import (
    Cursor,
    Day,
    Decided,
    DeliveryId,
    Listing,
    Persons,
    Reason,
    Search,
    Slip,
    Story,
    Summary,
    Volumes,
)
from passerelle.adapters.api.shapes import Volume as Counted
from passerelle.core.receipts.lifecycle import State
from passerelle.steps import audit
from passerelle.steps.audit import proof
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Question
from passerelle.steps.decide import Author, decide
from passerelle.steps.ports import Desk

LIMIT = 50
WEEK = 7


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the desks that answer."""

    asker: Asker
    desk: AuditDesk
    deciding: Desk


router = Router()  # type: ignore[no-untyped-call] # published so

Limit = Annotated[int, Query(ge=1, le=audit.LONGEST_PAGE, description="Deliveries of a page, at most")]


def _caller() -> Caller:
    found: Caller = router.context["caller"]
    return found


@router.get("/v1/deliveries", operation_id="listDeliveries", summary="The deliveries of a day, newest first")
def deliveries(
    day: Annotated[Day, Query()],
    state: Annotated[State | None, Query()] = None,
    reason: Annotated[Reason, Query()] = "",
    cursor: Annotated[Cursor, Query()] = "",
    limit: Limit = LIMIT,
) -> Listing:
    """Return a page of the deliveries of a day."""
    by, question = _caller(), Question(By.DAY, day.isoformat(), state, reason)
    return Listing.of(audit.deliveries(by.desk, by.asker, question, cursor, limit))


@router.get("/v1/waiting", operation_id="listWaiting", summary="What only a person moves on, newest first")
def waiting(cursor: Annotated[Cursor, Query()] = "", limit: Limit = LIMIT) -> Listing:
    """Return a page of the deliveries that wait for a person."""
    by = _caller()
    return Listing.of(audit.deliveries(by.desk, by.asker, Question(By.WAITING, audit.ANY), cursor, limit))


@router.get("/v1/deliveries/<delivery_id>", operation_id="readDelivery", summary="One delivery with its events")
def delivery(delivery_id: Annotated[DeliveryId, Path()]) -> Story:
    """Return one delivery."""
    by = _caller()
    return Story.of(audit.delivery(by.desk, by.asker, delivery_id))


@router.get(
    "/v1/deliveries/<delivery_id>/slip",
    operation_id="readSlip",
    summary="The slip of one delivery: its sealed events with their proofs, to be checked without the bridge",
)
def slip(delivery_id: Annotated[DeliveryId, Path()]) -> Slip:
    """Return the slip of one delivery."""
    by = _caller()
    return Slip.model_validate_json(proof.receipt(by.desk, by.asker, delivery_id))


@router.get(
    "/v1/deliveries/<delivery_id>/persons",
    operation_id="readPersons",
    summary="Whom one delivery concerns, for an auditor, until the key of its month is destroyed",
)
def persons(delivery_id: Annotated[DeliveryId, Path()]) -> Persons:
    """Return whom one delivery concerns."""
    by = _caller()
    return Persons.of(audit.concerned(by.desk, by.asker, delivery_id))


@router.post(
    "/v1/deliveries/<delivery_id>/decisions",
    operation_id="decide",
    summary="Hold, release, retry or refuse a delivery; the event bears the name of the token",
)
def decision(delivery_id: Annotated[DeliveryId, Path()], decided: Annotated[Decided, Body()]) -> Summary:
    """Decide about a delivery, and return it."""
    by = _caller()
    audit.permit(by.desk, by.asker, audit.Act.DECISION)
    return Summary.of(decide(by.deciding, delivery_id, decided.decision, Author(by.asker.name)))


@router.post(
    "/v1/searches",
    operation_id="searchDeliveries",
    summary="Deliveries by sender, recipient, patient (INS), Message-ID or partner (domain), newest first",
)
def searches(
    wanted: Annotated[Search, Body()], cursor: Annotated[Cursor, Query()] = "", limit: Limit = LIMIT
) -> Listing:
    """Return a page of the deliveries that have to do with a value."""
    by = _caller()
    return Listing.of(audit.search(by.desk, by.asker, (wanted.by.kind, wanted.value), cursor, limit))


@router.get("/v1/volumes", operation_id="countDeliveries", summary="Deliveries per day, by state and reason")
def volumes(until: Annotated[Day, Query()], days: Annotated[int, Query(ge=1, le=audit.MOST_DAYS)] = WEEK) -> Volumes:
    """Return the deliveries of some days, counted."""
    by = _caller()
    return Volumes(days=[Counted.of(one) for one in audit.volumes(by.desk, by.asker, until, days)])


def missing() -> Response[str]:
    """Return the answer to a way that leads nowhere."""
    return problems.problem(HTTPStatus.NOT_FOUND, "api.route", "There is nothing at this address.")
