"""The API over HTTP is what its OpenAPI document says, by schemathesis: the same requests in each run."""

from http import HTTPStatus

import pytest

from passerelle.steps.audit.ports import Role
from tests.adapters.rights import API
from tests.conformance.judge import judge


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_tells_and_none_is_a_fault() -> None:
    verdict = judge([Role.AUDITOR, Role.OPERATOR], 5)
    assert verdict.code == 0, verdict.told
    assert {route for route, status in verdict.answered if status == HTTPStatus.OK} >= set(API)
    assert not [status for _, status in verdict.answered if status >= HTTPStatus.INTERNAL_SERVER_ERROR]
