"""BER (X.690 §8) made definite and flat in linear time: what a DER parser needs to read it safely.

Indefinite lengths become definite, octet strings sent in segments become one; nothing else changes, so
that what was signed keeps its bytes.
"""

from dataclasses import dataclass

from passerelle.core.errors import MalformedError

DEEPEST = 32
MOST_ELEMENTS = 200_000  # 40 MB in segments of 1,000 bytes are 40,000
LONGEST_OID = 64  # octets: the parser behind is quadratic in them
_LONGEST_LENGTH = 4  # octets
_END = 0x00
_OCTETS, _SEGMENTED = 0x04, 0x24
_OID, _SEQUENCE = 0x06, 0x30
_CONSTRUCTED = 0x20
_CONTEXT_0 = 0xA0
_INDEFINITE = -1

Pieces = list[memoryview | bytes]


@dataclass(frozen=True, slots=True)
class _Element:
    """One element made definite: its tag, how long its content is, and the content in pieces."""

    tag: int
    length: int
    pieces: Pieces

    def encoded(self) -> tuple[int, Pieces]:
        head = bytes([self.tag]) + _length(self.length)
        return len(head) + self.length, [head, *self.pieces]


def normalise(data: bytes) -> bytes:
    """Return the one element that the data holds, definite and flat; MalformedError `cms.ber…` where it holds none."""
    scan = _Scan(memoryview(data))
    element = scan.element(len(data), 0, [])
    if scan.at != len(data):
        raise _broken("Bytes follow the end of a CMS message.")
    return b"".join(element.encoded()[1])


@dataclass(slots=True)
class _Scan:
    data: memoryview
    at: int = 0
    elements: int = 0

    def element(self, end: int, depth: int, before: list[_Element]) -> _Element:
        """Read one element that must lie before `end`, after these siblings."""
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise MalformedError("cms.elements", f"A CMS message has more than {MOST_ELEMENTS} elements.")
        if depth > DEEPEST:
            raise MalformedError("cms.depth", f"A CMS message is nested deeper than {DEEPEST}.")
        tag, length = self._head(end)
        if not tag & _CONSTRUCTED:
            return self._primitive(tag, length)
        last = end if length == _INDEFINITE else self.at + length
        children = self._children(last, depth + 1, closed=length == _INDEFINITE)
        if tag == _SEGMENTED or _holds_encrypted_content(tag, before):
            return _joined(tag & ~_CONSTRUCTED, children)
        return _wrapped(tag, children)

    def _head(self, end: int) -> tuple[int, int]:
        if self.at + 2 > end:
            raise _broken("A CMS message is cut short.")
        tag, first = self.data[self.at], self.data[self.at + 1]
        if tag & 0x1F == 0x1F:  # noqa: PLR2004 - X.690 §8.1.2.4: a tag of several octets; CMS has none
            raise _broken("A CMS message holds a tag of several octets.")
        self.at += 2
        if first == 0x80:  # noqa: PLR2004 - X.690 §8.1.3.6: the indefinite form
            return tag, _INDEFINITE
        if first < 0x80:  # noqa: PLR2004 - X.690 §8.1.3.4: the short form
            return tag, self._within(first, end)
        octets = first & 0x7F
        if octets > _LONGEST_LENGTH or self.at + octets > end:
            raise _broken("A CMS message holds a length of too many octets.")
        length = int.from_bytes(self.data[self.at : self.at + octets], "big")
        self.at += octets
        return tag, self._within(length, end)

    def _within(self, length: int, end: int) -> int:
        if self.at + length > end:
            raise _broken("An element of a CMS message is longer than what holds it.")
        return length

    def _primitive(self, tag: int, length: int) -> _Element:
        if length == _INDEFINITE or tag == _END:
            raise _broken("A CMS message holds a primitive element without a length, or an end without a start.")
        if tag == _OID and length > LONGEST_OID:
            raise _broken(f"An object identifier of a CMS message has more than {LONGEST_OID} octets.")
        start = self.at
        self.at += length
        return _Element(tag, length, [self.data[start : self.at]])

    def _children(self, end: int, depth: int, *, closed: bool) -> list[_Element]:
        children: list[_Element] = []
        while True:
            if closed and bytes(self.data[self.at : min(self.at + 2, end)]) == b"\0\0":
                self.at += 2
                return children
            if not closed and self.at == end:
                return children
            children.append(self.element(end, depth, children))


def _joined(tag: int, segments: list[_Element]) -> _Element:
    """Return the octet string that came in segments (X.690 §8.7.3)."""
    if any(segment.tag != _OCTETS for segment in segments):
        raise _broken("A segment of an octet string is no octet string.")
    length = sum(segment.length for segment in segments)
    return _Element(tag, length, [piece for segment in segments for piece in segment.pieces])


def _wrapped(tag: int, children: list[_Element]) -> _Element:
    total, pieces = 0, Pieces()
    for child in children:
        length, parts = child.encoded()
        total += length
        pieces += parts
    return _Element(tag, total, pieces)


def _holds_encrypted_content(tag: int, before: list[_Element]) -> bool:
    """Tell encryptedContent, [0] IMPLICIT OCTET STRING third in its SEQUENCE, from every other [0] (RFC 5652 §6.1)."""
    return tag == _CONTEXT_0 and [sibling.tag for sibling in before] == [_OID, _SEQUENCE]


def _length(length: int) -> bytes:
    if length < 0x80:  # noqa: PLR2004 - X.690 §10.1: the shortest form
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def _broken(text: str) -> MalformedError:
    return MalformedError("cms.ber", text)
