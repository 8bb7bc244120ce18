from dataclasses import replace

import pytest

from passerelle.core.documents import hprim
from tests.core.documents.synthetic import AUTHOR, LETTER

NAMED = "Auteur du document : Dr Luc BERNARD (810009999004), Laboratoire du Nord & Cie"


def body(**changes: object) -> str:
    document = replace(LETTER, **{"author": AUTHOR, "text": ("Cher confrère,",)} | changes)  # type: ignore[arg-type]
    return hprim.write((document,), "Secrétariat", "Dr Jean MARTIN")[0].decode("latin-1")


def test_who_wrote_a_document_ends_its_text_because_line_11_is_the_mailbox() -> None:
    lines = body().split("\r\n")
    assert lines[lines.index("Cher confrère,") + 1 :][:2] == ["", NAMED]


@pytest.mark.parametrize(
    "line", ["Monsieur Luc TESTU", "Merci au service du Dr Bernard", "Avis de Lucie BERNARD", "Luc BERNARDIN"]
)
def test_an_author_is_named_unless_a_line_has_all_words_of_his_name(line: str) -> None:
    assert NAMED in body(text=(line,))


def test_a_short_name_is_not_found_within_words() -> None:
    short = replace(AUTHOR, family="LI", given="An", title="")
    assert "Auteur du document : An LI" in body(author=short, text=("Consultation réalisée ce jour",))


@pytest.mark.parametrize("changes", [{"author": None}, {"text": ("Signé : docteur Bernard, Luc",)}])
def test_nobody_is_named_where_nobody_is_known_or_the_text_says_it(changes: dict[str, object]) -> None:
    assert "Auteur du document" not in body(**changes)


def test_an_author_without_number_and_structure_is_a_name() -> None:
    alone = replace(AUTHOR, identifier=None, organisation=None, title="")
    assert "Auteur du document : Luc BERNARD\r\n" in body(author=alone)
