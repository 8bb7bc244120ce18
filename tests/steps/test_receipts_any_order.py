"""Whatever receipts say, in whatever order, twice or at odds: the sender is told each thing once, and the last word."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Said
from passerelle.core.receipts.lifecycle import TOLD, State
from passerelle.core.receipts.reception import REJECTED, SEEN
from tests.steps.correspondence import ASKS_DSN, ASKS_MDN, KO, dsn, mail, mdn
from tests.steps.office import DOCTOR, HOSPITAL, Office

MANUAL = "manual-action/MDN-sent-manually"
ACTIONS = ("delivered", "failed", "relayed", "delayed")
DISPOSITIONS = (*(f"{MANUAL}; {one.value}" for one in (Said.DISPLAYED, Said.PROCESSED, Said.DELETED)), KO)
WORDS = st.sampled_from((*ACTIONS, *DISPOSITIONS, "an hour"))
FIRST = st.sampled_from(["", "lose the answer", "lose the mail", "reject", "postpone"])
ASKED = st.sampled_from([(), (ASKS_DSN,), (ASKS_MDN,), (ASKS_DSN, ASKS_MDN)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FIRST, ASKED, st.lists(WORDS, max_size=6), st.booleans())
def test_receipts_in_any_order_leave_a_sender_who_knows_how_it_stands(
    first: str,
    asked: tuple[str, ...],
    words: list[str],
    patient: bool,  # noqa: FBT001 - whether each is dealt with before the next comes
) -> None:
    office = Office()
    office.relay.plan.extend([first] if first else [])
    office.post(mail(*asked))
    office.pump()
    (name,) = [one.id for one in office.ledger.everything() if not one.notice_of]
    for number, word in enumerate(words):
        if word == "an hour":
            office.clock.forward(hours=1)
            continue
        delivery = office.ledger.get(name)
        raw = dsn(delivery, word) if word in ACTIONS else mdn(delivery, word)
        office.post_from(DOCTOR.network, raw + b"\n" * number, HOSPITAL.alias, sender="")
        if patient:
            office.settle()
    office.settle()
    assert {type(one) for one in office.troubles} <= {UnavailableError}
    after, said = office.ledger.get(name), told(office)
    assert len(set(said)) == len(said)
    if after.state in TOLD:
        assert said[-1] == ("rejected" if after.reason == REJECTED else "failed")
    if after.state is State.RECEIPTED:
        assert said[-1:] not in (["failed"], ["rejected"]), "he still believes that it failed"
    if "mdn" in after.asked.split() and after.state is State.RECEIPTED and after.reason in SEEN:
        assert after.reason.removeprefix("receipt.") in said


def told(office: Office) -> list[str]:
    """Return what the sender was told, in order: the Action of each DSN, the type of each MDN, or `rejected`."""
    found = []
    for envelope, raw in office.relay.inbox:
        text = raw.decode("utf-8", "replace")
        says = re.search(r"^(?:Action|Disposition): (?:.*; )?([a-z]+)(/error)?", text, re.MULTILINE)
        if says and not envelope.sender:
            found.append("rejected" if says[2] or "receipt.rejected" in text else says[1])
    return found
