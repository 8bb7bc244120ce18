"""HPRIM → CDA → HPRIM and CDA → HPRIM → CDA keep every word and every result; what does not cross is told.

What is allowed to differ stands in `allowed.py`, each difference with its reason; each one is needed here.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from passerelle.core.message import Letters
from tests.core.documents.cda_headers import headed
from tests.core.documents.synthetic import DISPATCH
from tests.core.documents.wild_cda import WildCda, cda_documents
from tests.core.documents.wild_hprim import Wild, hprim_messages
from tests.core.networks import allowed, crossing, returned
from tests.core.networks.account import Account
from tests.vectors import make_cda

_SEEDS = range(int(os.environ.get("SEEDS", "2")))  # a long run of hypothesis repeats itself: several short ones
_FEW = settings(
    max_examples=8,
    phases=[Phase.generate],
    deadline=None,
    database=None,
    derandomize=False,
    suppress_health_check=list(HealthCheck),
)
_RARE = """A42
TESTU
Zoe


59000 LILLE
28/03/1979


20/11/2026
.          A
.          B

HEMATOLOGIE
Leucocytes 7 800 /mm3
****LAB****
TEX|HEMATOLOGIE
TEX|Leucocytes 7 800 /mm3
RES|Leucocytes|GB|N|7800|/mm3|4000|10000|N|F
RES|Œstradiol|E2|N|12|pg/ml|||+|F
RES|Bactériurie|BU|N|*12*|mg/l|1 - 2|||C
RES|Seule|SE|A||
RES|Plaquettes (milliers)|PL|N|250 000|/mm3|150 000|400 000|N|X
****FIN****
"""
_LETTER = _RARE.partition("HEMATOLOGIE")[0].replace("20/11/2026", "20/11/26") + "Bien.\n****FIN****\n"
_SENSITIVE = make_cda.observation(
    make_cda.quantity("4", "ug/mL"),
    code='<code><originalText><reference value="#a"/></originalText></code>',
    more='<interpretationCode code="S" codeSystem="2.16.840.1.113883.5.83" displayName="Sensible"/>',
)
_NARRATIVE = '<paragraph><content ID="a">Amoxicilline</content> 4 µg/ml</paragraph>'

_OTHERWISE = '<table><tbody><tr><td><content ID="a">Amoxicilline</content></td><td>8 µg/ml</td></tr></tbody></table>'


def rare() -> Iterator[bytes]:
    """Yield packages for differences that chance brings up once in hundreds."""
    yield crossing.packed(make_cda.cda(make_cda.single(make_cda.pdf("ce jour"))))
    yield crossing.packed(make_cda.report(_SENSITIVE, text=_NARRATIVE))
    yield crossing.packed(make_cda.report(_SENSITIVE, text=_OTHERWISE))
    yield crossing.packed(make_cda.cda(make_cda.section("<paragraph>Nom écrit 山田</paragraph>")))
    yield crossing.packed(headed())
    withdrawn = make_cda.report(_SENSITIVE, text=_NARRATIVE)
    yield make_cda.xdm({"DOC0001.XML": withdrawn}, action="D")


@cache
def account() -> Account:
    made = Account()
    for text in (_RARE, _LETTER):
        returned.hprim(made, Wild(text.encode(), text, "utf-8"))
    for package in rare():
        returned.cda(made, package)
    for number in _SEEDS:
        form = replace(DISPATCH, letters=tuple(Letters)[number % len(Letters)])
        send(number, hprim_messages(most=1), partial(returned.hprim, made, dispatch=form))
        send(number, cda_documents().map(pack), partial(returned.cda, made, dispatch=form))
    return made


def pack(drawn: WildCda) -> bytes:
    return crossing.packed(drawn.content)


def send(number: int, strategy: st.SearchStrategy[Any], enter: Callable[[Any], None]) -> None:
    @seed(number)
    @_FEW
    @given(strategy)
    def one(drawn: object) -> None:
        enter(drawn)

    one()


def test_every_word_and_every_result_comes_back_or_is_explained() -> None:
    assert account().defects == []
    assert (account().documents > 30, account().measures > 50, account().words > 4_000) == (True, True, True)


def test_no_difference_is_allowed_for_nothing() -> None:
    rules = {rule.name for rule in (*allowed.RULES, *allowed.MISSING, *allowed.ADDED)}
    assert rules - account().used.keys() == set()


def test_every_allowed_difference_has_a_name_of_its_own_or_the_same_reason() -> None:
    every = (*allowed.RULES, *allowed.MISSING, *allowed.ADDED)
    reasons = {rule.name: rule.why for rule in every}
    assert all(reasons[rule.name] == rule.why for rule in every)
