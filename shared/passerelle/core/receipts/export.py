"""The forms in which events leave the bridge: one text for each, and what stands before, between and after them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from passerelle.core.receipts import audit_event, chain, sheet
from passerelle.core.receipts.delivery import Event


class Form(Enum):
    """A form, by the ending of its files."""

    CSV = "csv"  # for spreadsheets
    JSONL = "jsonl"  # the very bytes that are sealed, a line for each event
    FHIR = "fhir"  # a Bundle of AuditEvents


@dataclass(frozen=True, slots=True)
class Writer:
    """How a form is written."""

    media: str
    one: Callable[[Event], str]
    before: str = ""
    between: str = ""
    after: str = ""
    nothing: str = ""  # the whole file where there is no event

    def whole(self, texts: Sequence[str], *, first: bool = True) -> str:
        """Return a file, or one that goes on where another ended: rows have their head once, Bundles stand alone."""
        before = self.before if first or self.after else ""
        if not texts:
            return self.nothing if first or self.after else ""
        return before + self.between.join(texts) + self.after


_BUNDLE = '{"resourceType":"Bundle","type":"collection"'

WRITERS: Mapping[Form, Writer] = MappingProxyType(
    {
        Form.CSV: Writer("text/csv; charset=utf-8", sheet.row, before=sheet.head(), nothing=sheet.head()),
        Form.JSONL: Writer("application/x-ndjson", lambda event: chain.written(event).decode() + "\n"),
        Form.FHIR: Writer(
            "application/fhir+json",
            audit_event.entry,
            before=_BUNDLE + ',"entry":[\n',
            between=",\n",
            after="\n]}\n",
            nothing=_BUNDLE + "}\n",
        ),
    }
)
