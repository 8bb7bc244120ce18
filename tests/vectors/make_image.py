"""Synthetic photos, made with Pillow: coloured halves, and in their metadata a place where nobody was."""

import io

from PIL import Image, PngImagePlugin

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, "Telephone-Invente"


def pixels(mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Return a picture, red above and blue below."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, size[1] // 2, *size))
    return picture.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Return metadata with a place, a maker and an orientation."""
    told = Image.Exif()
    told[ORIENTATION] = orientation
    told[0x010F] = MAKER
    told.get_ifd(GPS).update({1: "N", 2: (50.0, 38.0, 1.0), 3: "E", 4: (3.0, 3.0, 2.0)})
    return told


def jpeg(
    mode: str = "RGB", size: tuple[int, int] = (40, 30), orientation: int = 1, *, progressive: bool = False
) -> bytes:
    """Return a JPEG with Exif, a comment and bytes behind its end."""
    written = io.BytesIO()
    picture = pixels(mode, size)
    picture.save(written, "JPEG", exif=exif(orientation), comment=MAKER.encode(), progressive=progressive, quality=95)
    return written.getvalue() + MAKER.encode()


def png(mode: str = "RGB", size: tuple[int, int] = (40, 30), orientation: int = 1) -> bytes:
    """Return a PNG with Exif, texts and bytes behind its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MAKER)
    texts.add_itxt("XML:com.adobe.xmp", MAKER, zip=True)
    written = io.BytesIO()
    pixels(mode, size).save(written, "PNG", exif=exif(orientation), pnginfo=texts)
    return written.getvalue() + MAKER.encode()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
