"""Nothing is lost and nothing is doubled unseen, whichever call of whichever port fails, before or after its effect."""

import random
from collections import Counter
from itertools import count, pairwise, product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.lifecycle import State, allows
from passerelle.steps.deliver import AMBIGUOUS
from passerelle.steps.sweep import sweep
from tests.fakes import Killed
from tests.steps.faults import Fault
from tests.steps.office import CANARIES, DOCTOR, OTHER, PATIENT, Office, letter

KINDS = (UnavailableError, Killed, RuntimeError)


def copies(office: Office) -> Counter[str]:
    """Return how often each outgoing mail arrived."""
    return Counter(envelope.id for envelope, _ in office.relay.inbox)


def assert_proven(office: Office) -> None:
    """Fail where a mail is lost, doubled without a flag, sent with other bytes, or where a name got out."""
    for delivery in office.ledger.everything():
        states = office.states(delivery)
        assert all(a is b or allows(a, b) for a, b in pairwise(states)), states
        assert delivery.version == len(states) - 1
        if delivery.state is State.ACCEPTED:
            arrived = copies(office)[office.mailroom.envelope(delivery.outgoing).id]
            flags = office.reasons(delivery).count(AMBIGUOUS)
            assert 1 <= arrived <= 1 + flags
    sent = {d.outgoing for d in office.ledger.everything()}
    assert {f"outgoing/{name}.json" for name in copies(office)} <= sent, "only frozen bytes are sent"
    assert not any(canary in office.all_text() for canary in CANARIES)


def faults() -> list[tuple[bool, type[BaseException]]]:
    return list(product((False, True), KINDS))


def played(fault: Fault, mail: bytes, recipient: str, plan: str) -> Office:
    """Bring a mail in, let the fault strike, and redeliver until nothing waits."""
    office = Office(fault=fault)
    office.relay.plan.append(plan)
    office.post(mail, recipient)
    office.settle()
    assert_proven(office)
    return office


@pytest.mark.parametrize(("after", "kind"), faults())
@pytest.mark.parametrize("plan", ["accept", "postpone", "lose the answer"])
def test_each_single_fault_still_brings_both_patients_mails(
    after: bool,  # noqa: FBT001 - a parameter of the test
    kind: type[BaseException],
    plan: str,
) -> None:
    for at in count():
        fault = Fault(at, after, kind)
        office = played(fault, letter(PATIENT, OTHER), DOCTOR.alias, plan)
        assert [d.state for d in office.ledger.everything()] == [State.ACCEPTED] * 2, at
        assert {mail["patients"][0][0] for mail in office.sent()} == {PATIENT[0], OTHER[0]}, at
        if fault.calls <= at:  # every call has had its fault
            break
    assert at > 30


@pytest.mark.parametrize(("after", "kind"), faults())
def test_each_single_fault_still_tells_the_sender_once(
    after: bool,  # noqa: FBT001 - a parameter of the test
    kind: type[BaseException],
) -> None:
    for at in count():
        fault = Fault(at, after, kind)
        office = played(fault, letter(), "nobody@passerelle.mssante.example", "accept")
        original, notice = sorted(office.ledger.everything(), key=lambda d: d.notice_of)
        assert (original.state, original.notice, notice.state) == (State.REFUSED, notice.id, State.ACCEPTED), at
        if fault.calls <= at:
            break
    assert at > 20


def test_a_fault_outside_the_dot_never_doubles_a_mail() -> None:
    doubled = []
    for at in range(60):
        fault = Fault(at, after=True, kind=Killed)
        office = played(fault, letter(), DOCTOR.alias, "accept")
        doubled += [at] * (max(copies(office).values()) > 1)
    assert len(doubled) == 1, "only where the process dies between the peer's 250 and the ledger"


class Life(RuleBasedStateMachine):
    """Mails, lost and doubled wake-ups, bad peers and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.posted = 0

    @rule(patients=st.sampled_from([(PATIENT,), (PATIENT, OTHER)]), known=st.booleans())
    def post(self, patients: tuple[tuple[str, str, str], ...], known: bool) -> None:  # noqa: FBT001 - drawn
        self.posted += 1
        recipient = DOCTOR.alias if known else "nobody@passerelle.mssante.example"
        self.office.post(letter(*patients, text=f"number {self.posted}"), recipient)

    @precondition(lambda self: self.office.queue.wakes)
    @rule(seed=st.integers(0, 9), again=st.booleans())
    def wake(self, seed: int, again: bool) -> None:  # noqa: FBT001 - drawn
        wakes = self.office.queue.wakes
        verb, name = random.Random(seed).choice(list(wakes))  # noqa: S311 - no secret
        if not again:
            wakes.remove((verb, name))
        try:
            self.office.handle(verb, name)
        except Killed:
            wakes.append((verb, name))

    @precondition(lambda self: any(verb != "accept" for verb, _ in self.office.queue.wakes))
    @rule()
    def lose(self) -> None:
        wakes = self.office.queue.wakes
        wakes.remove(next(wake for wake in wakes if wake[0] != "accept"))

    @rule(
        word=st.sampled_from(
            ["postpone", "reject", "be killed", "break", "lose the mail", "lose the answer", "be killed after the dot"]
        )
    )
    def spoil(self, word: str) -> None:
        self.office.relay.plan.append(word)

    @rule(minutes=st.sampled_from([1, 20, 600, 8000]))
    def wait(self, minutes: int) -> None:
        self.office.clock.forward(minutes=minutes)
        sweep(self.office.desk)

    @invariant()
    def proven(self) -> None:
        assert_proven(self.office)

    def teardown(self) -> None:
        self.office.relay.plan.clear()
        self.office.settle()
        assert_proven(self.office)
        ends = {State.ACCEPTED, State.REFUSED, State.FAILED, State.HELD, State.ABSORBED}
        for delivery in self.office.ledger.everything():
            assert delivery.state in ends
            assert delivery.notice_of or delivery.notice or delivery.state not in {State.REFUSED, State.FAILED}


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
