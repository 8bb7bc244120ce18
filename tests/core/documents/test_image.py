"""A photo keeps its pixels and the side that is up, and loses what it tells of place, device and owner."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from passerelle.core.documents import image
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Attachment
from tests.vectors import make_image as make

MADE = {
    "jpeg": make.jpeg(),
    "grey": make.jpeg("L"),
    "cmyk": make.jpeg("CMYK"),
    "progressive": make.jpeg(progressive=True, size=(300, 200)),
    "png": make.png(),
    "palette": make.png("P"),
    "alpha": make.png("RGBA"),
    "bits": make.png("1"),
}


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def refused(content: bytes) -> str:
    with pytest.raises(MalformedError) as wrong:
        image.clean(content)
    return wrong.value.code


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def sized(width: int, height: int, kind: str) -> bytes:
    """Return the frame of a picture of that size, with hardly a pixel."""
    if kind == image.PNG:
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    return b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00\xff\xd9"


@pytest.mark.parametrize("name", MADE)
def test_metadata_go_and_every_pixel_stays(name: str) -> None:
    before, after = opened(MADE[name]), opened(image.clean(MADE[name]))
    assert before.getexif().get_ifd(make.GPS)
    assert not after.getexif()
    assert not {"comment", "Author", "exif"} & after.info.keys()
    assert make.MAKER.encode() not in image.clean(MADE[name])
    assert (after.mode, after.size) == (before.mode, before.size)
    assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("made", [make.jpeg, make.png])
def test_the_side_that_is_up_stays_up_and_no_place_stays(made: Callable[..., bytes], orientation: int) -> None:
    before = made(orientation=orientation)
    after = image.clean(before)
    told = opened(after).getexif()
    assert dict(told) == ({make.ORIENTATION: orientation} if orientation > 1 else {})
    assert not told.get_ifd(make.GPS)
    wanted, shown = ImageOps.exif_transpose(opened(before)), opened(image.flat(after))
    assert shown.size == wanted.size
    assert max(ImageChops.difference(shown, wanted.convert("RGB")).tobytes()) < 60


@pytest.mark.parametrize("name", MADE)
def test_cleaning_twice_changes_nothing_more(name: str) -> None:
    once = image.clean(MADE[name])
    assert image.clean(once) == once


def test_little_endian_exif_and_fill_bytes_are_read() -> None:
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
    body = b"Exif\x00\x00" + tiff
    plain = image.clean(make.jpeg())
    told = plain[:2] + b"\xff\xff\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:]
    assert dict(opened(image.clean(told)).getexif()) == {make.ORIENTATION: 6}


def test_a_colour_profile_stays_and_other_photos_of_the_file_go() -> None:
    plain = image.clean(make.jpeg())
    profile, other = b"ICC_PROFILE\x00\x01\x01abc", b"MPF\x00secret"
    segments = b"".join(b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body for body in (profile, other))
    found = image.clean(plain[:2] + segments + plain[2:])
    assert profile in found
    assert b"secret" not in found


@pytest.mark.parametrize(("mode", "fill"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0))])
def test_what_is_transparent_becomes_white(mode: str, fill: tuple[int, ...]) -> None:
    written = io.BytesIO()
    Image.new(mode, (8, 8), fill).save(written, "PNG")
    flat = opened(image.flat(written.getvalue()))
    assert (flat.format, flat.mode, flat.getpixel((4, 4))) == ("JPEG", "RGB", (255, 255, 255))


def test_a_large_picture_is_shown_in_the_size_of_a_page() -> None:
    assert max(opened(image.flat(image.clean(make.jpeg(size=(4500, 90))))).size) == image.EDGE


@pytest.mark.parametrize("kind", [image.JPEG, image.PNG])
def test_a_picture_has_at_most_so_many_pixels(kind: str) -> None:
    image.clean(sized(image.MOST_PIXELS // 50_000, 50_000, kind))
    assert refused(sized(image.MOST_PIXELS // 50_000 + 1, 50_000, kind)) == "image.pixels"


def test_a_picture_has_at_most_so_many_bytes() -> None:
    image.clean(make.jpeg().ljust(image.LARGEST))
    assert refused(make.jpeg().ljust(image.LARGEST + 1)) == "image.size"


def test_a_png_keeps_what_says_how_it_is_shown() -> None:
    whole = sized(1, 1, image.PNG)
    place = whole.index(b"IDAT") - 4
    shown = b"".join(
        chunk(kind, b"") for kind in (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD")
    )
    cleaned = image.clean(whole[:place] + shown + whole[place:])
    assert shown in cleaned
    assert cleaned.endswith(chunk(b"IEND", b""))


def test_a_png_has_at_most_so_many_pieces() -> None:
    whole = sized(1, 1, image.PNG)
    place = whole.index(b"IDAT") - 4
    few = chunk(b"tEXt", b"") * (image.MOST_PIECES - 3)  # IHDR, IDAT, IEND
    image.clean(whole[:place] + few + whole[place:])
    assert refused(whole[:place] + few + chunk(b"tEXt", b"") + whole[place:]) == "image.broken"


def test_a_jpeg_has_at_most_so_many_pieces() -> None:
    whole = sized(1, 1, image.JPEG)
    few = b"\xff\xfe\x00\x02" * (image.MOST_PIECES - 2)  # its frame, its end
    image.clean(whole[:2] + few + whole[2:])
    assert refused(whole[:2] + few + b"\xff\xfe\x00\x02" + whole[2:]) == "image.broken"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\xff\xd8\xff\xda\x00\x02cut",
        sized(0, 5, image.JPEG),
        sized(5, 0, image.PNG),
        make.jpeg()[:400],
        make.png()[:-40],
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    ],
)
def test_a_broken_picture_is_refused(content: bytes) -> None:
    assert refused(content) == "image.broken"


def test_a_picture_whose_pixels_are_missing_is_not_shown() -> None:
    with pytest.raises(MalformedError, match=r"image\.broken"):
        image.flat(image.clean(sized(5, 5, image.PNG)))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(MADE)), st.integers(2, 700), st.binary(max_size=20), st.integers(0, 20))
def test_any_damage_is_a_typed_refusal_or_gives_a_clean_picture(name: str, place: int, noise: bytes, cut: int) -> None:
    content = MADE[name][:place] + noise + MADE[name][place + cut :]
    try:
        found = image.clean(content)
        image.flat(found)
    except MalformedError as error:
        assert error.code in {"image.broken", "image.pixels"}  # noqa: PT017 - either is right
    else:
        assert image.recognise(found) == image.recognise(MADE[name])


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"])
def test_heic_and_its_family_are_refused_with_a_reason(brand: bytes) -> None:
    photo = Attachment("IMG.HEIC", "image/heic", b"\x00\x00\x00\x18ftyp" + brand)
    with pytest.raises(UnsupportedError, match=r"image\.heic"):
        image.cleaned(photo)


def test_only_photos_are_touched_and_their_type_is_what_they_are() -> None:
    film = Attachment("a.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42")
    assert image.cleaned(film) is film
    found = image.cleaned(Attachment("a.jpg", "image/jpeg", make.png()))
    assert (found.name, found.media_type, found.content) == ("a.jpg", image.PNG, image.clean(make.png()))


def test_photos_alone_are_refused_and_nothing_else_is() -> None:
    for contents in ([make.jpeg()], [make.png(), make.HEIC]):
        with pytest.raises(UnsupportedError, match=r"image\.no-identity"):
            image.refuse_alone(contents)
    image.refuse_alone([])
    image.refuse_alone([make.jpeg(), b"%PDF-"])


def test_the_pixels_of_all_pictures_are_capped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    one = make.png(size=(10, 10))
    monkeypatch.setattr(image, "MOST_IN_ALL", 300)
    assert image.bounded((one,) * 3) == (one,) * 3
    with pytest.raises(MalformedError, match=r"image\.total"):
        image.bounded((one,) * 4)
    with pytest.raises(MalformedError, match=r"image\.broken"):
        image.bounded((one, b"\x89PNG"))
