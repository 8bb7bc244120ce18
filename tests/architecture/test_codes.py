"""Every code that the product gives can be told to a sender and kept in the ledger."""

from datetime import UTC, datetime

import pytest

from passerelle.core.mail.notice import Fate, Notice, write
from passerelle.local import phrasebook
from passerelle.steps.translate import FAULT, STALLED, crossing

WHO = "medecine.interne@ch-exemple.mssante.example"


@pytest.mark.parametrize("code", phrasebook.catalogue("reasons"))  # which is all of them: test_phrasebook.py
def test_a_notice_can_tell_every_reason(code: str) -> None:
    notice = Notice("n@passerelle.example", datetime(2026, 11, 22, tzinfo=UTC), WHO, WHO, (Fate(WHO, code),))
    assert f"Diagnostic-Code: x-passerelle; {code}\r\n".encode() in write(notice)


@pytest.mark.parametrize("code", phrasebook.catalogue("losses"))
def test_the_ledger_names_every_loss(code: str) -> None:
    assert crossing._CODE.fullmatch(code)


@pytest.mark.parametrize("code", [FAULT, STALLED, "doubt.no-name"])
def test_a_reason_that_is_no_error_can_be_told_too(code: str) -> None:
    assert code in phrasebook.catalogue("reasons")
