"""The samples of others, there and back: the same account as for what is drawn."""

from functools import cache
from pathlib import Path

import pytest

from tests.core.documents.wild_hprim import Wild
from tests.core.networks import returned
from tests.core.networks.account import Account

SAMPLES = Path(__file__).resolve().parents[3] / "../shared/samples"
HEADER = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.slow,
    pytest.mark.skipif(
        not SAMPLES.is_dir(),
        reason="NOT CHECKED: ../shared/samples is not there (reference material, beside the repository)",
    ),
]


def wild(sample: Path) -> Wild:
    """Return an HPRIM sample; one without header gets a header."""
    text = sample.read_bytes().decode()
    whole = HEADER + text if text.startswith("RES|") else text
    return Wild(whole.encode(), whole.replace("\r\n", "\n"), "utf-8")


@cache
def accounts() -> dict[str, Account]:
    made: dict[str, Account] = {}
    for sample in sorted((SAMPLES / "hprim").glob("*.hpr")):
        returned.hprim(made.setdefault(sample.stem, Account()), wild(sample))
    for sample in sorted((SAMPLES / "xdm").glob("*.zip")):
        returned.cda(made.setdefault(sample.stem, Account()), sample.read_bytes())
    return made


def test_every_word_and_every_result_of_the_samples_comes_back_or_is_explained() -> None:
    defects = {name: account.defects for name, account in accounts().items() if account.defects}
    assert defects == {}
    together = list(accounts().values())
    assert sum(account.documents for account in together) == 35
    assert sum(account.measures for account in together) > 200
