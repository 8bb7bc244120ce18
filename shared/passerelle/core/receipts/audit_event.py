"""Events as FHIR R4 AuditEvents, after the patterns of IHE BALP: DICOM types, agents by role, what was touched.

No profile of BALP is claimed: those of a disclosure name the patient (entity:patient 1..1), whom no event names.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from passerelle.core.receipts import trace
from passerelle.core.receipts.chain import moment
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.trace import Action, Trace

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
_OWN = "urn:passerelle"

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_Type = tuple[str, str]

_APPLICATION: _Type = ("110100", "Application Activity")
_USED: _Type = ("110101", "Audit Log Used")
_EXPORT: _Type = ("110106", "Export")
_IMPORT: _Type = ("110107", "Import")
_ALERT: _Type = ("110113", "Security Alert")

_TYPES: Mapping[Action, tuple[_Type, str, str]] = MappingProxyType(
    {  # type, action (CRUDE), the step in a record's life
        Action.RECEIVE: (_IMPORT, "C", "receive"),
        Action.TRANSLATE: (_APPLICATION, "E", "transform"),
        Action.SEND: (_EXPORT, "R", "transmit"),
        Action.TELL: (_APPLICATION, "C", "originate"),
        Action.DELETE: (_APPLICATION, "D", "destroy"),
        Action.LEAVE: (_APPLICATION, "U", ""),
        Action.DECIDE: (_APPLICATION, "U", "amend"),
        Action.ASK: (_USED, "R", "access"),
        Action.OTHER: (_APPLICATION, "E", ""),
    }
)
_DISPLAYS = MappingProxyType(
    {
        "receive": "Receive/Retain Record Lifecycle Event",
        "transform": "Transform/Translate Record Lifecycle Event",
        "transmit": "Transmit Record Lifecycle Event",
        "originate": "Originate/Retain Record Lifecycle Event",
        "destroy": "Destroy/Delete Record Lifecycle Event",
        "amend": "Amend (Update) Record Lifecycle Event",
        "access": "Access/View Record Lifecycle Event",
    }
)
_SOURCE = ("110153", "Source Role ID")
_DESTINATION = ("110152", "Destination Role ID")
_OBSERVER = MappingProxyType({"identifier": {"system": f"{_OWN}:software", "value": trace.BRIDGE}})


def resource(event: Event) -> dict[str, Any]:
    """Return the AuditEvent of an event."""
    told = trace.of(event)
    kind, action, _ = _TYPES[told.action]
    alert = event.state is State.QUARANTINED or event.reason == trace.DENIED
    made: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": event.id,
        "type": _coding(_DCM, *(_ALERT if alert else kind)),
        "subtype": _subtypes(event, told),
        "action": action,
        "recorded": moment(event.at),
        "outcome": told.outcome.value,
        "outcomeDesc": _string(event.reason),
        "agent": _agents(event, told),
        "source": {
            "observer": dict(_OBSERVER),
            "type": [_coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")],
        },
        "entity": _entities(event),
    }
    return {name: value for name, value in made.items() if value}  # FHIR has no empty strings or lists (R4, 2.6.2)


def entry(event: Event) -> str:
    """Return the entry of an event in a Bundle."""
    value = {"fullUrl": f"{_OWN}:event:{event.id}", "resource": resource(event)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _subtypes(event: Event, told: Trace) -> list[dict[str, str]]:
    step = _TYPES[told.action][2]
    lived = [_coding(_LIFECYCLE, step, _DISPLAYS[step])] if step else []
    return [*lived, _coding(f"{_OWN}:actor", event.actor), _coding(f"{_OWN}:state", event.state.value)]


def _agents(event: Event, told: Trace) -> list[dict[str, Any]]:
    """Return who acted: the bridge by its role, the mail servers beside it, and the person where there is one."""
    person = told.author != trace.BRIDGE
    bridge = _agent(_DESTINATION if told.action in {Action.RECEIVE, Action.ASK} else _SOURCE, person=person)
    others = {Action.RECEIVE: [_peer(_SOURCE)], Action.SEND: [_peer(_DESTINATION)]}.get(told.action, [])
    return [bridge, *others, *([_person(event, told)] if person else [])]


def _agent(role: tuple[str, str], *, person: bool) -> dict[str, Any]:
    return {"type": {"coding": [_coding(_DCM, *role)]}, "who": dict(_OBSERVER), "requestor": not person}


def _peer(role: tuple[str, str]) -> dict[str, Any]:
    return {"type": {"coding": [_coding(_DCM, *role)]}, "name": "mail server", "requestor": False}


def _person(event: Event, told: Trace) -> dict[str, Any]:
    roles = next((said.split() for name, said in event.details if name == "role"), [])
    made = {
        "type": {"coding": [_coding("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "AUT", "author")]},
        "role": [{"coding": [_coding(f"{_OWN}:role", role)]} for role in roles if role],
        "who": {"identifier": {"system": f"{_OWN}:person", "value": _string(told.author)}},
        "requestor": True,
    }
    return {name: value for name, value in made.items() if value != []}


def _entities(event: Event) -> list[dict[str, Any]]:
    """Return the delivery with all that the event says of it, in its words."""
    said = (("request", trace.of(event).request), *event.told)
    told = ((_string(name), _string(value)) for name, value in said)
    made: dict[str, Any] = {
        "what": {"identifier": {"system": f"{_OWN}:delivery", "value": event.delivery}},
        "type": _coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object"),
        "role": _coding("http://terminology.hl7.org/CodeSystem/object-role", "20", "Job"),
        "detail": [{"type": name, "valueString": value} for name, value in told if name and value],
    }
    return [{name: value for name, value in made.items() if value}] if event.delivery else []


def _string(text: str) -> str:
    """Return a string of FHIR: something to read, and no controls but tabulators and breaks (R4, 2.24.0.1)."""
    return _CONTROLS.sub("\ufffd", text) if text.strip() else ""


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    return {"system": system, "code": code, **({"display": display} if display else {})}
