"""How an asker goes on where an answer stopped: a cursor is good for the very question that it came from, only.

It is no secret and grants nothing: the index and the narrowing are always those of the question at hand. So it is
checked, not signed: a date, an id, and the digest of the question with its asker.
"""

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime

from passerelle.core.errors import MalformedError
from passerelle.core.receipts.delivery import Delivery
from passerelle.steps.audit.ports import Asker, Place, Question

LONGEST = 200
_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}) ([0-9a-f]{32}) ([0-9a-f]{16})")


def write(question: Question, asker: Asker, place: Place) -> str:
    """Return the cursor of a place in the answer to a question."""
    at = place.opened_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    text = f"{at} {place.id} {_digest(question, asker)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(question: Question, asker: Asker, cursor: str) -> Place | None:
    """Return the place of a cursor, none for an empty one; MalformedError `audit.cursor` for a stranger's."""
    if not cursor:
        return None
    found = _FORM.fullmatch(_decoded(cursor))
    if found is None or found[3] != _digest(question, asker):
        raise _stranger()
    try:
        return Place(datetime.fromisoformat(found[1]).replace(tzinfo=UTC), found[2])
    except ValueError as error:
        raise _stranger() from error


def place(delivery: Delivery) -> Place:
    """Return the place of a delivery."""
    return Place(delivery.opened_at, delivery.id)


def _decoded(cursor: str) -> str:
    try:
        padded = cursor[:LONGEST] + "=" * (-len(cursor[:LONGEST]) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _stranger() from error


def _digest(question: Question, asker: Asker) -> str:
    state = question.state.value if question.state else ""
    seen = asker.domain if asker.limited else "*"
    words = (question.by.value, question.value, state, question.reason, seen)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _stranger() -> MalformedError:
    return MalformedError("audit.cursor", "A cursor belongs to the question that it came from.")
