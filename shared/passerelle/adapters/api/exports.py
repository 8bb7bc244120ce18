"""The routes of the API that hand out files and figures."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from passerelle.adapters.api.routes import Caller
from passerelle.adapters.api.shapes import Cursor, Day, Figures, Month
from passerelle.core.receipts.export import WRITERS, Form
from passerelle.steps.audit import statistics as counting
from passerelle.steps.audit.export import export

router = Router()  # type: ignore[no-untyped-call] # published so


def _schema(media: str) -> dict[str, str]:
    return {"type": "object" if media.endswith("+json") else "string"}


_FILES: dict[int, OpenAPIResponse] = {
    HTTPStatus.OK: {
        "description": "Events, oldest first; rows of CSV have their head in the first part only",
        "headers": {"Link": {"description": 'The next part, rel="next"', "schema": {"type": "string"}}},
        "content": {writer.media.partition(";")[0]: {"schema": _schema(writer.media)} for writer in WRITERS.values()},
    }
}


@router.get("/v1/exports", operation_id="exportEvents", summary="The events of a day as a file", responses=_FILES)
def exports(
    day: Annotated[Day, Query()], form: Annotated[Form, Query()], cursor: Annotated[Cursor, Query()] = ""
) -> Response[str]:
    """Return a part of the events of a day."""
    by: Caller = router.context["caller"]
    part = export(by.desk, by.asker, (day, form), cursor)
    writer, name = WRITERS[form], f"passerelle-{day.isoformat()}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.value}"'}
    if part.cursor:
        asked = urlencode({"day": day.isoformat(), "form": form.value, "cursor": part.cursor})
        headers["Link"] = f'</v1/exports?{asked}>; rel="next"'
    return Response(HTTPStatus.OK, writer.media, writer.whole(part.texts, first=not cursor), headers=headers)


@router.get(
    "/v1/statistics",
    operation_id="countMonth",
    summary="The figures of a month: deliveries by domain and state, and X-MSS-CODECDA, X-MSS-INS, X-MSS-NIL",
)
def statistics(month: Annotated[Month, Query()]) -> Figures:
    """Return the figures of a month."""
    by: Caller = router.context["caller"]
    return Figures.of(counting.statistics(by.desk, by.asker, month))
