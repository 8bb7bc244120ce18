"""What is taken along or counted: the events of a day as a file, part by part where they are many, and a month."""

from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from passerelle.adapters.page import asked, drawing
from passerelle.adapters.page.drawing import Visit
from passerelle.core.receipts.export import WRITERS, Form
from passerelle.steps.audit import statistics as counting
from passerelle.steps.audit.export import export

router = Router()  # type: ignore[no-untyped-call] # published so


@router.get("/<lang>/exports")
def exports(lang: str) -> Response[str]:
    """Return a part of a day's events, or, of a day that has several, a page that leads to each."""
    visit: Visit = router.context["visit"]
    given = asked.query(router.current_event)
    day, form = asked.day(given, visit.desk.clock().date()), asked.one_of(Form, given.get("form", ""))
    cursor = given.get("cursor", "")
    part = export(visit.desk, visit.asker, (day, form), cursor)
    if given.get("take") or not (cursor or part.cursor):
        writer = WRITERS[form]
        text = writer.whole(part.texts, first=not cursor)
        return drawing.download(f"passerelle-{day.isoformat()}.{form.value}", writer.media, text)
    this = {"day": day.isoformat(), "form": form.value, "cursor": cursor}
    values = {
        "on": day,
        "until": part.until,
        "take": f"/{lang}/exports?{urlencode({**this, 'take': '1'})}",
        "next": f"/{lang}/exports?{urlencode({**this, 'cursor': part.cursor})}" if part.cursor else "",
    }
    return drawing.html(200, drawing.page("export", visit, visit.tongue, visit.path, **values))


@router.get("/<lang>/statistics")
def statistics(**_way: str) -> Response[str]:
    """Return the figures of a month, this one where none is asked for."""
    visit: Visit = router.context["visit"]
    month = asked.query(router.current_event).get("month") or f"{visit.desk.clock():%Y-%m}"
    found = counting.statistics(visit.desk, visit.asker, month)
    total = sum(flow.number for flow in found.flows)
    text = drawing.page("statistics", visit, visit.tongue, visit.path, found=found, total=total)
    return drawing.html(200, text)
