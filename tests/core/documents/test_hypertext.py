"""A mail that is HTML alone reaches its reader as words."""

import html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.documents import hypertext
from passerelle.core.errors import MalformedError


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Bonjour", "Bonjour"),
        ("<p>Bonjour,</p><p>à <b>mardi</b>.</p>", "Bonjour,\n\nà mardi."),
        ("un<br>deux<br/>trois", "un\ndeux\ntrois"),
        ("<ul><li>un</li><li>deux</li></ul>", "- un\n\n- deux"),
        ("<table><tr><td>Poids</td><td>72 kg</td></tr></table>", "Poids 72 kg"),
        ("caf&eacute; &lt; 3&nbsp;g &#8211; fin", "café < 3 g – fin"),
        ("<a href='https://x.example/a'>le dossier</a>", "le dossier <https://x.example/a>"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='#bas'>plus bas</a>", "plus bas"),
        ("<img alt='Logo du CH' src='cid:1'> fin", "[Logo du CH] fin"),
        ("<head><title>T</title><style>p{}</style></head><body>x<script>y</script>z</body>", "xz"),
        ("x<!-- secret -->y<?pi z?>", "xy"),
        ("<p>non fermé <b>du tout", "non fermé du tout"),
        ("<div>" * 300 + "profond" + "</div>" * 300, "profond"),
        ("<pre>un\n  deux</pre> trois\nquatre", "un\ndeux\ntrois quatre"),
        ("<noscript>sans script</noscript><object>à défaut</object>", "sans scriptà défaut"),
        ("<!-- rien -->", ""),
        ("a\0b", "a\ufffdb"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_html_is_told_as_its_reader_would_see_it(written: str, told: str) -> None:
    assert hypertext.words(written) == told


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1), min_size=1, max_size=8))
def test_no_word_is_lost(words: list[str]) -> None:
    page = "".join(f"<p>{html.escape(word)}</p>" for word in words)
    assert "".join(hypertext.words(page).split()) == "".join("".join(words).split())


def test_html_has_as_many_tags_as_a_letter_may_have_and_no_more() -> None:
    assert hypertext.words("<br>" * (hypertext.MOST_TAGS - 1) + "<b>x") == "x"
    with pytest.raises(MalformedError, match=r"mail\.html"):
        hypertext.words("<br>" * hypertext.MOST_TAGS + "<b>x")


def test_html_that_nests_deeper_than_its_parser_reads_is_refused_not_cut() -> None:
    assert hypertext.words("<div>" * (hypertext.DEEPEST - 2) + "mot") == "mot"
    with pytest.raises(MalformedError, match=r"mail\.html"):
        hypertext.words("<div>" * (hypertext.DEEPEST - 1) + "mot")


def test_no_entity_of_its_own_is_known(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    told = hypertext.words(f"<!DOCTYPE html SYSTEM '{secret.as_uri()}' [<!ENTITY a SYSTEM '{secret.as_uri()}'>]>x&a;y")
    assert "SECRET" not in told
