"""Who wrote it: the author in the CDA, the label of From, and whom HPRIM line 11 names."""

from dataclasses import replace

import pytest

from passerelle.core.message import Identifier, Mailbox, Professional
from passerelle.core.networks import mssante
from tests.core.documents.synthetic import AUTHOR, DISPATCH, LETTER, message
from tests.core.networks.test_mssante_write import back, codes, mail


@pytest.mark.parametrize(
    ("label", "author", "expected"),
    [
        ("Dr Luc BERNARD", AUTHOR, "Dr_Luc_BERNARD_Laboratoire du Nord & Cie"),
        ("", AUTHOR, "Dr_Luc_BERNARD_Laboratoire du Nord & Cie"),
        ("dr bernard", replace(AUTHOR, organisation=None, title="", given=""), "BERNARD"),
        ("Laboratoire du Nord", AUTHOR, "Laboratoire du Nord"),
        ("Cabinet Oliveri", replace(AUTHOR, family="LI"), "Cabinet Oliveri"),
        ("Dr BERNARD-MARTIN", AUTHOR, "Dr_Luc_BERNARD_Laboratoire du Nord & Cie"),
        ("Laboratoire du Nord", None, "Laboratoire du Nord"),
    ],
)
def test_the_from_label_is_that_of_a_person_or_of_an_entity(
    label: str, author: Professional | None, expected: str
) -> None:
    dispatch = replace(DISPATCH, sender=Mailbox(DISPATCH.sender.address, label), author=author)
    assert mail(LETTER, dispatch=dispatch).sender == Mailbox(DISPATCH.sender.address, expected)


def test_the_author_is_the_sender_of_the_agreement_unless_the_document_names_one_by_a_number() -> None:
    named = Professional("DUPUIS", identifier=Identifier("1.2.250.1.71.4.2.1", "810009999009"))
    for author, expected, told in (
        (None, "BERNARD", False),
        (named, "DUPUIS", False),
        (Professional("DUPUIS"), "BERNARD", True),
        (Professional("Bernard"), "BERNARD", False),
        (Professional("Bernard", "L."), "BERNARD", False),
        (Professional("Bernard", "Marie"), "BERNARD", True),
        (Professional("Bernard", "Lucie"), "BERNARD", True),
    ):
        written = mssante.write(message(replace(LETTER, author=author)), DISPATCH)
        (document,) = back(written).documents
        assert document.author is not None
        assert document.author.family == expected
        assert ("author.from-agreement" in codes(written)) == told


@pytest.mark.parametrize(
    ("issuer", "told"),
    [
        ("", False),
        (".          Dr Luc BERNARD", False),
        ("B12 docteur bernard", False),
        (".          Laboratoire du Nord", False),
        (".          labo.dunord", False),
        (".          Secrétariat médical", False),
        (".          Dr Luc PETIT", True),
        (".          Laboratoire du Sud", True),
        (".          Cabinet BERNARDIN", True),
    ],
)
def test_who_line_11_names_is_in_the_pdf_and_told_where_it_is_another(issuer: str, told: bool) -> None:  # noqa: FBT001
    written = mssante.write(message(replace(LETTER, issuer=issuer)), DISPATCH)
    (document,) = back(written).documents
    line = [line for line in document.text if line.startswith("Expéditeur")]
    assert [one.partition(" : ")[2] for one in line] == ([issuer.removeprefix(".").strip()] if issuer else [])
    assert ("author.issuer" in codes(written)) == told
