"""The narrative of a CDA section as lines of text in fixed pitch, with nothing lost."""

from collections.abc import Mapping

from lxml import etree

from passerelle.core.documents.narrative.blocks import read
from passerelle.core.documents.narrative.layout import draw

WIDTH = 80  # columns of an HPRIM line

__all__ = ["WIDTH", "lines"]


def lines(
    element: etree._Element | None, width: int = WIDTH, media: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the text of a section/text element in lines of at most `width`; `media` names files by their ID."""
    return () if element is None else draw(read(element, media or {}), width)
