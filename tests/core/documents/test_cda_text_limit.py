"""The text of a CDA is capped, whichever body it stands in."""

from collections.abc import Callable

import pytest
from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.cda import body
from passerelle.core.errors import MalformedError
from tests.vectors import make_cda as make

LIMIT = 4_000


def _sections(text: str) -> str:
    half = len(text) // 2
    return make.section(text[:half], title="").replace("</structuredBody>", "") + make.section(
        text[half:], title=""
    ).removeprefix("<structuredBody>")


def _titled(text: str) -> str:
    return make.section("", title=text)


def _base64(text: str) -> str:
    return make.single(text.encode(), "text/plain")


def _plain(text: str) -> str:
    return f'<nonXMLBody><text mediaType="text/plain">{text}</text></nonXMLBody>'


def test_a_header_fits_at_the_cap_and_not_past_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = make.cda(make.section("mot"))
    head = etree.fromstring(content.partition(b"<component>")[0] + b"</ClinicalDocument>")
    size = sum(len(said) for part in head for said in part.itertext()) - len("Compte rendu de consultation")
    monkeypatch.setattr(body, "MOST_TEXT", size + 100)
    assert cda.read(make.cda(make.section("mot"), title="m" * 100)).title == "m" * 100
    with pytest.raises(MalformedError, match=r"cda\.text"):
        cda.read(make.cda(make.section("mot"), title="m" * 101))


@pytest.mark.parametrize("form", [_sections, _titled, _base64, _plain])
def test_a_text_fits_at_the_cap_and_not_past_it(form: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MOST_TEXT", LIMIT)
    assert cda.read(make.cda(form("mot " * (LIMIT // 4)))).text
    with pytest.raises(MalformedError, match=r"cda\.text"):
        cda.read(make.cda(form("mot " * (LIMIT // 4) + "!")))
