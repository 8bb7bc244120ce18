"""One file, sent across and back, entered into the account."""

from lxml.etree import _Element

from passerelle.core.errors import MalformedError
from passerelle.core.message import Dispatch
from tests.core.documents.synthetic import DISPATCH
from tests.core.documents.wild_hprim import Wild
from tests.core.networks import crossing, told, told_cda
from tests.core.networks.account import Account, Words
from tests.core.networks.told import Line, Sheet

_UNBORN = "doubt.no-birth-date"


def hprim(account: Account, wild: Wild, dispatch: Dispatch = DISPATCH) -> None:
    """HPRIM → CDA → HPRIM: the splitter reads both ends."""
    (before,) = told.sheets(wild.text)
    (first,) = crossing.read_hprim(wild.content)
    try:
        trip = crossing.by_cda(first, dispatch)
    except MalformedError as error:
        if error.code == _UNBORN and first.documents[0].patient.birth_date is None:
            account.used["no birth date"] += 1  # refused, and said so: two digits of a year may mean two years
            return
        raise
    (after,) = told.sheets(crossing.hprim_text(trip.back))
    losses = frozenset(loss.what for loss in trip.losses)
    account.documents += 1
    account.losses.update(losses)
    _header(account, before, after, losses)
    rest = told.after_end(wild.text)
    said = [getattr(line, name) for line in before.measures for name in Line.__slots__]
    there = crossing.zipped(trip.there)
    known = (*before.header, *said, *told_cda.loinc_codes(there), *told_cda.header(there))
    account.text(Words((*before.lines, rest), after.lines, known), losses)
    account.results(before.measures, after.measures, after.lines, losses)


def _header(account: Account, before: Sheet, after: Sheet, losses: frozenset[str]) -> None:
    """Compare the lines of two headers that say something of the patient and of the act."""
    for line in (2, 3):
        account.field(f"line {line}", before.header[line - 1], after.header[line - 1])
    for line, code in ((8, "patient.insured-number"), (9, "document.file-number")):
        rule = code if code in losses and not after.header[line - 1] else ""
        account.field(f"line {line}", before.header[line - 1], after.header[line - 1], rule=rule)
    account.field("lines 4 to 6", " ".join(before.header[3:6]), " ".join(after.header[3:6]))
    if told.POSTCODE.match(before.header[5].strip()):
        account.field("line 6", before.header[5], after.header[5])
    account.day("line 7", before.header[6], after.header[6])
    account.day("line 10", before.header[9], after.header[9])
    if any(char.isdigit() for char in before.header[0]) and len(before.header[0].strip()) <= told.LONGEST_CODE:
        account.field("line 1", before.header[0], after.header[0])
    elif before.header[0].strip(". "):
        account.field("line 1", before.header[0], "", rule="hprim.line-rest" if "hprim.line-rest" in losses else "")


def cda(account: Account, package: bytes, dispatch: Dispatch = DISPATCH) -> None:
    """CDA → HPRIM → CDA: lxml and pypdf read both ends."""
    (before,) = told_cda.documents(package)
    (first,) = crossing.read_xdm(package)
    trip = crossing.by_hprim(first, dispatch)
    (after,) = told_cda.documents(crossing.zipped(trip.back))
    losses = frozenset(loss.what for loss in trip.losses)
    account.documents += 1
    account.losses.update(losses)
    text = tuple(told_cda.narrative(after))
    known = (*told_cda.strings(before), *told_cda.days(before))
    account.text(Words(tuple(told_cda.narrative(before)), text, known), losses)
    account.results(told_cda.observations(before), told_cda.observations(after), text, losses)
    _people(account, before, after)


def _people(account: Account, before: _Element, after: _Element) -> None:
    """Compare who it is about, when it was done, and find who wrote it."""
    patient = "h:recordTarget/h:patientRole/h:patient/"
    for name, path in (
        ("family", f"({patient}h:name/h:family[@qualifier='CL'] | {patient}h:name/h:family)[last()]"),
        ("given", f"({patient}h:name/h:given[@qualifier])[1]"),
        ("birth date", f"{patient}h:birthTime/@value"),
    ):
        account.field(name, told_cda.at(before, path), told_cda.at(after, path))
    place = "h:recordTarget/h:patientRole/h:addr"
    account.field("address", told_cda.spread(before, place), told_cda.spread(after, place))
    day = "(h:documentationOf/h:serviceEvent/h:effectiveTime/h:low/@value)[1]"
    account.field("act", told_cda.at(before, day)[:8], told_cda.at(after, day)[:8])
    author = "(h:author/h:assignedAuthor/h:assignedPerson/h:name/h:family)[1]"
    family = told_cda.at(before, author)
    if f" {family.casefold()} " not in f" {' '.join(told.tokens(told_cda.narrative(after)))} ":
        account.defects.append(f"author: {family!r} is nowhere in the text")
