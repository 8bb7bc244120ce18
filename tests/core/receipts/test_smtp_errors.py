"""What SMTP could not do, as the agency's table says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.receipts import smtp_errors


@pytest.mark.parametrize(
    ("code", "enhanced", "agency"),
    [
        (550, "5.1.1", "550"),
        (550, "", "550"),
        (550, "5.7.1", "541"),
        (550, "5.9.9", "550"),
        (554, "5.7.1", "541"),
        (552, "5.2.2", "552"),
        (452, "4.2.2", "422"),
        (452, "4.3.1", "431"),
        (452, "", "452"),
        (421, "4.3.2", "421"),
        (451, "4.3.0", "451"),
        (535, "", "530"),
        (535, "5.7.8", "530"),
        (556, "", "512"),
        (550, "5.1.10", "512"),
        (499, "", "451"),
        (599, "", "554"),
        (0, "4.4.1", "101"),
        (0, "4.4.2", "442"),
        (0, "4.4.3", "512"),
        (0, "4.4.7", "420"),
        (0, "5.3.4", "523"),
        (0, "5.6.0", "554"),
        (0, "4.7.5", "451"),
        (0, "", "101"),
    ],
)
def test_a_refusal_has_the_code_of_its_line(code: int, enhanced: str, agency: str) -> None:
    assert smtp_errors.of(code, enhanced) == agency


@given(st.sampled_from([0, *range(400, 600)]), st.from_regex(r"([45]\.[0-9]{1,3}\.[0-9]{1,3})?", fullmatch=True))
def test_every_refusal_has_a_code_of_the_table(code: int, enhanced: str) -> None:
    assert smtp_errors.of(code, enhanced) in smtp_errors.CODES


@pytest.mark.parametrize("code", sorted(code for code in smtp_errors.CODES if code[0] in "45"))
def test_a_code_that_smtp_has_too_is_its_own(code: str) -> None:
    assert smtp_errors.of(int(code), "") == code
