"""A few mails held against the agency's rules; `make validate` holds hundreds."""

import pytest

from tests.validation import __main__ as validation
from tests.validation import rounds
from tests.validation.agency import CHECK


def silent(_: str) -> None:
    """Say nothing."""


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.skipif(
    not CHECK.is_file(),
    reason="NOT CHECKED: ../shared/tools/check_cda is not there (reference material, beside the repository)",
)
def test_generated_mails_have_no_error_by_the_agency_s_rules() -> None:
    account = validation.validate(rounds.generated(5, 1), silent)
    assert account.errors == []
    assert account.documents >= 5
    assert {code for _, code in account.refusals} <= {"doubt.no-birth-date"}


def test_one_seed_draws_the_same_files_again_and_another_one_others() -> None:
    one, again, other = (rounds.drawn(seed, 5) for seed in (1, 1, 2))
    assert one == again != other
