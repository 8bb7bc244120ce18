"""Photos cross with the patient of a document, without the place where they were taken; alone, they do not."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from passerelle.core.documents import image, pdf
from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.core.mail import causes, mime
from passerelle.core.message import Attachment, Message
from passerelle.core.networks import apicrypt, mssante
from tests.core.documents.synthetic import DISPATCH, WHEN
from tests.core.networks import apicrypt_mails as town
from tests.core.networks import test_mssante_read as hospital
from tests.vectors import make_image as make

CHECK = Path(__file__).resolve().parents[3] / "../shared/tools/check_cda"
JPEG = Attachment("IMG_1.jpg", "image/jpeg", make.jpeg(orientation=6))
PNG = Attachment("IMG_2.png", "image/png", make.png("RGBA"))
HEIC = Attachment("IMG_3.heic", "image/heic", make.HEIC)


def crossed(*files: Attachment) -> mime.Mail:
    """Return what MSSanté gets of an HPRIM mail with files beside."""
    return mime.read(mssante.write(apicrypt.read(town.mail(town.text("DUPONT"), *files)), DISPATCH).mail)


def printed(mail: mime.Mail) -> PdfReader:
    return PdfReader(io.BytesIO(next(part.content for part in mail.parts if part.name.endswith("Jean.pdf"))))


def places(content: bytes) -> dict[int, object]:
    return dict(Image.open(io.BytesIO(content)).getexif().get_ifd(make.GPS))


def test_photos_beside_an_hprim_text_are_shown_in_the_pdf_of_its_patient() -> None:
    reader = printed(crossed(JPEG, PNG))
    assert ["DUPONT" in page.extract_text() for page in reader.pages] == [True, False, False]
    assert "Photo 2 / 2" in reader.pages[2].extract_text()
    shown = [found.image for page in reader.pages for found in page.images]
    assert [one.size for one in shown if one] == [(30, 40), (40, 30)]  # the first one is upright
    assert all(one and one.mode == "RGB" for one in shown)


def test_the_pdf_stays_pdf_a_1b_without_transparency() -> None:
    reader = printed(crossed(JPEG, PNG))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in metadata.stream.get_data()
    assert reader.trailer["/Root"]["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"  # type: ignore[index]
    objects: list[Any] = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    drawn = [one for one in objects if isinstance(one, dict) and one.get("/Subtype") == "/Image"]
    assert len(drawn) == 2
    for one in drawn:
        assert (one["/Filter"], one["/ColorSpace"], one["/BitsPerComponent"]) == ("/DCTDecode", "/DeviceRGB", 8)
        assert not {"/SMask", "/Mask", "/Alternates", "/OPI"} & one.keys()  # ISO 19005-1 §6.2.4, §6.4
        assert not one.get("/Interpolate")
    assert not [one for one in objects if isinstance(one, dict) and one.get("/S") == "/Transparency"]


def test_the_photos_travel_beside_without_the_place() -> None:
    beside = [part for part in crossed(JPEG, PNG).parts if part.media_type.startswith("image/")]
    assert [part.name for part in beside] == ["IMG_1.jpg", "IMG_2.png"]
    assert [places(part.content) for part in beside] == [{}, {}]
    assert make.MAKER.encode() not in b"".join(part.content for part in beside)


def test_a_pdf_stays_before_the_photos_of_its_document() -> None:
    message = apicrypt.read(town.mail(town.text("DUPONT"), JPEG, town.pdf("a.pdf")))
    assert [file.name for file in message.documents[0].attachments] == ["a.pdf", "IMG_1.jpg"]


def test_a_photo_between_two_patients_is_shown_in_no_document() -> None:
    message = apicrypt.read(town.mail(town.text("DUPONT", "PETIT"), JPEG))
    assert [document.attachments for document in message.documents] == [(), ()]
    assert [file.name for file in message.attachments] == ["IMG_1.jpg"]
    assert places(message.attachments[0].content) == {}


def test_a_photo_with_the_name_of_an_hprim_file_is_of_its_patient() -> None:
    files = (town.hpr("un.hpr", "DUPONT"), town.hpr("deux.hpr", "PETIT"), replace(JPEG, name="deux.jpg"))
    message = apicrypt.read(town.mail("Bonjour", *files))
    assert [len(document.attachments) for document in message.documents] == [0, 1]


@pytest.mark.parametrize(
    ("file", "code"),
    [(HEIC, "image.heic"), (replace(JPEG, content=JPEG.content[:300]), "image.broken")],
)
def test_a_photo_that_cannot_be_shown_sends_the_mail_back(file: Attachment, code: str) -> None:
    with pytest.raises(PasserelleError) as wrong:
        crossed(file)
    assert wrong.value.code == code


def test_a_document_shows_at_most_so_many_photos() -> None:
    picture = image.flat(image.clean(make.jpeg()))
    pdf.render("x", (), ("y",), WHEN, (picture,) * pdf.MOST_PICTURES)
    with pytest.raises(MalformedError, match=r"pdf\.pictures"):
        pdf.render("x", (), ("y",), WHEN, (picture,) * (pdf.MOST_PICTURES + 1))


def test_a_mail_with_more_photos_than_a_document_shows_goes_back() -> None:
    small = make.png(size=(2, 2))
    photos = [Attachment(f"{number}.png", "image/png", small) for number in range(pdf.MOST_PICTURES + 1)]
    crossed(*photos[1:])
    with pytest.raises(MalformedError, match=r"pdf\.pictures"):
        crossed(*photos)


def sent(*files: Attachment) -> Message:
    return hospital.read(hospital.ZIP, *files)


def test_photos_beside_an_xdm_lose_their_place_and_are_named_in_the_hprim_text() -> None:
    mail = mime.read(apicrypt.write(sent(JPEG, PNG), town.DISPATCH).mail)
    assert [part.name for part in mail.parts[1:]] == ["document.jpg", "document-2.png"]
    assert [places(part.content) for part in mail.parts[1:]] == [{}, {}]
    text = mail.parts[0].text
    assert "Images jointes :\n  document.jpg\n  document-2.png\n\n" in text.replace("\r\n", "\n")


def test_a_broken_photo_beside_an_xdm_stays_behind_and_is_said() -> None:
    written = apicrypt.write(sent(replace(PNG, content=PNG.content[:60])), town.DISPATCH)
    assert "image.unreadable" in [loss.what for loss in written.losses]
    assert len(mime.read(written.mail).parts) == 1


def test_a_heic_beside_an_xdm_sends_the_mail_back() -> None:
    with pytest.raises(PasserelleError, match=r"image\.heic"):
        apicrypt.write(sent(HEIC), town.DISPATCH)


@pytest.mark.parametrize("files", [(JPEG,), (JPEG, PNG, HEIC)])
def test_photos_without_a_patient_are_refused_on_both_sides_with_advice(files: tuple[Attachment, ...]) -> None:
    readers: tuple[Callable[[], Message], ...] = (
        lambda: mssante.read(hospital.mail(*files)),
        lambda: apicrypt.read(town.mail("Voici une photo.", *files)),
    )
    for read in readers:
        with pytest.raises(PasserelleError) as wrong:
            read()
        assert wrong.value.code == "image.no-identity"
    assert "patient" in causes.find("image.no-identity").french
    assert "JPEG" in causes.find("image.heic").french


def test_a_pdf_without_document_is_still_told_what_is_missing() -> None:
    with pytest.raises(MalformedError, match=r"xdm\.missing"):
        mssante.read(hospital.mail(hospital.pdf("a.pdf"), JPEG))
    with pytest.raises(MalformedError, match=r"hprim\.missing"):
        apicrypt.read(town.mail("Bonjour", town.pdf("a.pdf"), JPEG))


@pytest.mark.reference
@pytest.mark.slow
def test_a_cda_with_photos_passes_ans_schema_and_schematrons(tmp_path: Path) -> None:
    if not CHECK.is_file():
        pytest.skip("NOT CHECKED: ../shared/tools/check_cda is not there (reference material, beside the repository)")
    file = tmp_path / "photos.zip"
    file.write_bytes(next(part.content for part in crossed(JPEG, PNG).parts if part.name == "IHE_XDM.zip"))
    run = subprocess.run([sys.executable, str(CHECK), "--json", str(file)], capture_output=True, text=True, check=False)
    found = [one for result in json.loads(run.stdout) for one in result["findings"]]
    assert [one["text"] for one in found if one["role"] not in ("warning", "info")] == []
