"""Ids of one form are of two deliveries that are there, all other ids of none: a hook of schemathesis."""

import os
from typing import Any

import schemathesis

KNOWN = "PASSERELLE_KNOWN"
"""Ids of two deliveries, by a space: one that waits for a decision, one that has arrived."""


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:  # noqa: ANN401 - schemathesis's
    waiting, arrived = os.environ[KNOWN].split()
    given = str((case.path_parameters or {}).get("delivery_id", ""))
    if len(given) == len(waiting) and given < "8":
        case.path_parameters["delivery_id"] = waiting if given < "4" else arrived
