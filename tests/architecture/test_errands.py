"""What each function asks of AWS through its ports is granted by its role, whether or not a test walks that way."""

import pytest

from tests.architecture import errands
from tests.architecture.deployed import VERBS, Resources, statements


def refused(resources: Resources, verb: str, *without: str) -> list[tuple[str, str]]:
    """Return what a function asks and its role, without some of its actions, does not grant."""
    granted = [(set(actions) - set(without), where) for actions, where in statements(resources, verb)]
    asked = sorted(errands.asked(verb.lower()))
    return [one for one in asked if not any(one[0] in actions and one[1] in where for actions, where in granted)]


@pytest.mark.parametrize("verb", VERBS)
def test_a_role_grants_what_the_ports_of_its_function_ask(resources: Resources, verb: str) -> None:
    assert errands.asked(verb.lower())
    assert refused(resources, verb) == []


def test_a_right_that_lacks_is_found(resources: Resources) -> None:
    assert refused(resources, "Acknowledge", "dynamodb:Query") == [("dynamodb:Query", "LedgerTable")]
    assert refused(resources, "Collect", "s3:PutObject") == [("s3:PutObject", "MailroomBucket")]


def test_every_port_that_asks_aws_calls_what_is_known() -> None:
    for port in errands.ADAPTERS:
        text = (errands.SHARED / f"passerelle/adapters/{port}.py").read_text("utf-8")
        assert [action for action in errands.ACTIONS if action in text], port
