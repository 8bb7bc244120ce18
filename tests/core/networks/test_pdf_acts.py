"""A PDF that can do more than be read is told: in the receipt, to the reader, and to the policy of the agreement."""

from dataclasses import replace

from passerelle.core.mail import mime
from passerelle.core.message import Attachment, Message, Written
from passerelle.core.networks import apicrypt, mssante
from tests.core.documents.synthetic import DISPATCH
from tests.core.networks import apicrypt_mails as town
from tests.core.networks import test_mssante_read as hospital
from tests.vectors import make_cda, make_pdf

SCRIPT = Attachment("essai.pdf", "application/pdf", make_pdf.pdf(make_pdf.ACTS["pdf.javascript"][0]))
PLAIN = Attachment("simple.pdf", "application/pdf", make_cda.pdf("Bonjour"))


def told(message: Message) -> list[tuple[str, str]]:
    return [(loss.what, loss.where) for loss in message.losses if loss.what.startswith("pdf.")]


def inward(*files: Attachment) -> Message:
    return apicrypt.read(town.mail(town.text("DUPONT"), *files))


def outward(content: bytes, *files: Attachment) -> Message:
    zipped = Attachment("IHE_XDM.zip", "application/zip", make_cda.xdm({"DOC0001.XML": content}))
    return mssante.read(hospital.mail(zipped, *files))


def says(written: Written) -> str:
    return mime.read(written.mail).parts[0].text


def test_an_act_is_told_with_the_place_of_its_file() -> None:
    message = inward(PLAIN, SCRIPT)
    assert told(message) == [("pdf.javascript", "attachment 2"), ("pdf.automatic", "attachment 2")]
    assert [file.active for file in message.documents[0].attachments] == [(), ("pdf.javascript", "pdf.automatic")]


def test_the_pdf_inside_a_cda_and_the_one_beside_it_are_looked_at() -> None:
    inside = make_cda.cda(make_cda.single(SCRIPT.content))
    assert told(outward(inside)) == [("pdf.javascript", "attachment 1"), ("pdf.automatic", "attachment 1")]
    assert told(outward(make_cda.cda(), PLAIN, SCRIPT))[0] == ("pdf.javascript", "attachment 2")


def test_readers_of_both_networks_are_warned_and_the_file_travels_as_it_came() -> None:
    city = apicrypt.write(outward(make_cda.cda(), PLAIN, SCRIPT), DISPATCH)
    assert "PDF à ouvrir avec prudence (script, formulaire, fichier…) :" in says(city).replace("...", "…")
    assert "  document-2.pdf" in says(city)
    ward = mssante.write(inward(PLAIN, SCRIPT), DISPATCH)
    assert "ouvrez-le avec prudence" in says(ward)
    for written in (city, ward):
        assert SCRIPT.content in [part.content for part in mime.read(written.mail).parts]


def test_a_plain_pdf_is_not_spoken_of() -> None:
    message = inward(PLAIN)
    assert told(message) == []
    assert "prudence" not in says(mssante.write(message, DISPATCH))
    assert "prudence" not in says(apicrypt.write(outward(make_cda.cda(), PLAIN), DISPATCH))


def test_who_asks_for_the_account_reads_what_the_pdf_does() -> None:
    written = mssante.write(inward(SCRIPT), replace(DISPATCH, account=True))
    assert "Le PDF contient du JavaScript." in says(written)
