"""Pages from templates: everything in them is escaped, nothing in them is a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from aws_lambda_powertools.event_handler import Response
from jinja2 import Environment, FunctionLoader, StrictUndefined

from passerelle.adapters.api.shapes import Seeking
from passerelle.adapters.page import charts, words
from passerelle.adapters.page.words import Tongue
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.export import Form
from passerelle.core.receipts.lifecycle import State
from passerelle.steps import audit
from passerelle.steps.audit.ports import Asker, AuditDesk
from passerelle.steps.ports import Desk

HEADERS = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",  # browsers heed it over TLS only
        "X-Content-Type-Options": "nosniff",
    }
)
"""Of every answer of the page."""

Content = TypeVar("Content", str, bytes)

_SECTIONS = (
    ("home", "", audit.Act.DELIVERIES),
    ("deliveries", "deliveries", audit.Act.DELIVERIES),
    ("waiting", "waiting", audit.Act.WAITING),
    ("statistics", "statistics", audit.Act.STATISTICS),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is at the page, in which language, at which address, and the desks that answer."""

    asker: Asker
    tongue: Tongue
    path: str
    token: str  # of its forms
    guard: Callable[[str], None]  # lets only that one through
    desk: AuditDesk
    deciding: Desk
    ended: str  # the cookie that ends the session


def page(name: str, visit: Visit | None, tongue: Tongue, path: str, /, **values: object) -> str:
    """Return a page of a template."""
    say = words.speaker(tongue)
    asker = visit.asker if visit else None
    sections = [(key, way) for key, way, act in _SECTIONS if asker and audit.may(asker, act)]
    return (
        _environment()
        .get_template(f"{name}.html")
        .render(
            visit=visit,
            roles=sorted(role.value for role in asker.roles) if asker else (),
            sections=sections,
            tongue=tongue,
            twin=f"/{tongue.other.value}/" + path.removeprefix(f"/{tongue.value}").lstrip("/"),
            here=name,
            say=say,
            states=tuple(State),
            seeking=[one.value for one in Seeking if asker and audit.may(asker, _sought(one))],
            forms=[form.value for form in Form] if asker and audit.may(asker, audit.Act.EXPORT) else (),
            kinds=charts.ORDER,
            kind=charts.KINDS.__getitem__,
            reason=lambda code: words.reason(code, tongue),
            losses=lambda event: words.losses(dict(event.details), tongue),
            plain=plain,
            date=lambda day: words.day(day, tongue),
            label=lambda name: words.label(name, tongue),
            figure=lambda number: f"{number:,}".replace(
                ",", "\N{NARROW NO-BREAK SPACE}" if tongue is Tongue.FR else ","
            ),
            **values,
        )
    )


def _sought(seeking: Seeking) -> audit.Act:
    return audit.Act.PATIENT if seeking is Seeking.PATIENT else audit.Act.SEARCH


def plain(event: Event) -> list[tuple[str, str]]:
    """Return the details of an event that are told as they are: all but losses and their places."""
    return [(name, said) for name, said in event.told if not name.startswith(("loss.", "at."))]


def html(status: int, text: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response[str]:
    """Return a page as an answer."""
    return Response(status, "text/html; charset=utf-8", text, headers={**HEADERS, **headers})


def download(name: str, media: str, content: Content) -> Response[Content]:
    """Return a file to be kept; its name is ours."""
    return Response(200, media, content, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'})


def elsewhere(path: str) -> Response[str]:
    """Send on to another page, to be got (RFC 9110 §15.4.4)."""
    return Response(303, "text/plain; charset=utf-8", "", headers={**HEADERS, "Location": path})


@cache
def asset(name: str) -> str:
    """Return a file of the page."""
    return files(__package__).joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True, loader=FunctionLoader(asset), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
