"""The tree of a mail, cut at byte level under hard limits, before anything is decoded."""

from collections.abc import Iterator
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields
from passerelle.core.mail.fields import Fields

LARGEST_MAIL = 40 * 1024 * 1024
MOST_PARTS = 500
DEEPEST = 20
MOST_HEADER_BYTES = 1024 * 1024  # of all parts together
MOST_DASHED_LINES = 100_000  # every one of them may be a delimiter, at every level
LONGEST_LINE = 64 * 1024  # RFC 5322 §2.1.1 says 998; files on one line of base64 exist, and may be longer
IDENTITY = ("", "7bit", "8bit", "binary")  # transfer encodings that change nothing
_LONGEST_BOUNDARY = 70  # RFC 2046 §5.1.1
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r"
_ONCE = ("content-type", "content-transfer-encoding", "content-disposition")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that has no parts: its fields, its type with parameters, its bytes still transfer-encoded."""

    fields: Fields
    media_type: str
    parameters: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Scan:
    """A mail being cut: how many parts, and bytes of header blocks, it has had so far."""

    content: bytes
    parts: int = 0
    header_bytes: int = 0

    def entity(self, start: int, end: int, depth: int) -> Iterator[tuple[Fields, Leaf | None]]:
        """Yield the fields of an entity, with its leaf where it is one, then all that it holds."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise MalformedError("mail.parts", f"A mail has more than {MOST_PARTS} parts.")
        if depth > DEEPEST:
            raise MalformedError("mail.depth", f"The parts of a mail are nested deeper than {DEEPEST}.")
        blank, body = self.header(start, end)
        self.header_bytes += blank - start
        if self.header_bytes > MOST_HEADER_BYTES:
            raise MalformedError(
                "mail.headers", f"The header blocks of a mail have more than {MOST_HEADER_BYTES} bytes."
            )
        found = fields.parse(self.content[start:blank])
        media_type, parameters = _media_type(found, "text/plain")
        if not media_type.startswith("multipart/"):
            yield found, Leaf(found, media_type, parameters, self.content[body:end])
            return
        if any(name.lower() == _ONCE[1] and value.lower() not in IDENTITY for name, value in found):
            raise MalformedError("mail.transfer-encoding", "A multipart is itself encoded (RFC 2045 §6.4 forbids it).")
        yield found, None
        for first, last in tuple(self.children(parameters.get("boundary", ""), body, end)):
            yield from self.entity(first, last, depth + 1)

    def header(self, start: int, end: int) -> tuple[int, int]:
        """Return where a header block ends, and where the body begins after the blank line."""
        blank = self._blank(start, end)
        return blank, min(blank + (2 if self.content[blank : blank + 2] == b"\r\n" else 1), end)

    def _blank(self, start: int, end: int) -> int:
        """Return where the blank line after a header block stands."""
        if self.content[start : start + 1] == b"\n" or self.content[start : start + 2] == b"\r\n":
            return start
        window = min(end, start + fields.LONGEST_BLOCK + 4)
        ends = [at + 1 for mark in (b"\n\n", b"\n\r\n") if (at := self.content.find(mark, start, window)) >= 0]
        if not ends and window < end:
            raise MalformedError("mail.header-block", f"A header block is longer than {fields.LONGEST_BLOCK} bytes.")
        return min(ends, default=end)

    def children(self, boundary: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where each part of a multipart begins and ends."""
        if not 1 <= len(boundary) <= _LONGEST_BOUNDARY or not boundary.isascii():
            raise MalformedError(
                "mail.boundary", "A multipart needs a boundary of 1 to 70 characters (RFC 2046 §5.1.1)."
            )
        opened = -1
        for at, after, closes in self._delimiters(b"--" + boundary.encode(), start, end):
            if opened >= 0:
                yield opened, max(opened, self._before_line_end(at))
            if closes:
                return
            opened = after
        raise MalformedError("mail.unclosed", "A multipart has no closing delimiter: the mail is cut short.")

    def _delimiters(self, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Yield where each delimiter line stands, what follows it, and whether it closes (RFC 2046 §5.1.1)."""
        at = self.content.find(mark, start, end)
        while at >= 0:
            after = self.content.find(b"\n", at, end)
            after = end if after < 0 else after + 1
            rest = self.content[at + len(mark) : after].rstrip(b" \t\r\n")
            if self.content[at - 1 : at] == b"\n" and rest in (b"", b"--"):
                yield at, after, rest == b"--"
            at = self.content.find(mark, max(after - 1, at + len(mark)), end)

    def _before_line_end(self, at: int) -> int:
        """Return where the line end before a delimiter stands: it belongs to the delimiter."""
        return at - 2 if self.content[at - 2 : at] == b"\r\n" else at - 1


def _media_type(found: Fields, default: str) -> tuple[str, dict[str, str]]:
    for name in _ONCE:
        if sum(field.lower() == name for field, _ in found) > 1:
            raise MalformedError("mail.header-twice", "A part has a Content-… field twice (RFC 2045).")
    value = next((value for name, value in found if name.lower() == "content-type"), default)
    media_type, parameters = fields.parameters(value)
    return media_type or default, parameters


def _check(content: bytes) -> None:
    """Refuse what no part of a mail may be, wherever it stands."""
    if len(content) > LARGEST_MAIL:
        raise MalformedError("mail.size", f"A mail is larger than {LARGEST_MAIL} bytes.")
    if b"\0" in content:
        raise MalformedError("mail.nul", "A mail holds a NUL byte (RFC 5322 §2.2).")
    if content.count(b"\r") != content.count(b"\r\n"):  # a CR alone is read as a line end by some, and not by others
        raise MalformedError("mail.bare-cr", "A mail holds a CR without LF (RFC 5322 §2.3).")
    _check_lines(content)
    if content.count(b"\n--") > MOST_DASHED_LINES:
        raise MalformedError(
            "mail.dashes", f"A mail has more than {MOST_DASHED_LINES} lines that start with two dashes."
        )


def _check_lines(content: bytes) -> None:
    """Refuse a line that is too long and not base64; each step passes over as many lines as may be one."""
    start, last = 0, len(content)
    while last - start > LONGEST_LINE:
        end = content.rfind(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            end = content.find(b"\n", start)
            end = last if end < 0 else end
            if content[start:end].translate(None, _BASE64):
                raise MalformedError("mail.line", f"A line of a mail is longer than {LONGEST_LINE} bytes.")
        start = end + 1


def refuse_mixed(content: bytes) -> None:
    """Refuse a mail as it came whose lines end now with CRLF, now with LF: two readers may see two mails in it."""
    if 0 < content.count(b"\r\n") < content.count(b"\n"):
        raise MalformedError("mail.bare-lf", "Some lines of a mail end with CRLF, and others with LF (RFC 5322 §2.3).")


def scan(content: bytes) -> tuple[Fields, tuple[Leaf, ...]]:
    """Return the fields of a mail and its leaves in order; MalformedError `mail.…` beyond any limit."""
    _check(content)
    entities = tuple(_Scan(content).entity(0, len(content), 0))
    return entities[0][0], tuple(leaf for _, leaf in entities if leaf)


def cut(content: bytes) -> tuple[bytes, bytes]:
    """Return the header block of a mail, every line of it ended, and its body as it is."""
    _check(content)
    blank, body = _Scan(content).header(0, len(content))
    head = content[:blank]
    return head if head.endswith(b"\n") or not head else head + b"\r\n", content[body:]


def parts(content: bytes, boundary: str) -> tuple[bytes, ...]:
    """Return the parts of a multipart body with their header blocks, byte for byte: what a signature covers."""
    _check(content)
    body = b"\n" + content  # so that a delimiter on the first line stands after a line end
    return tuple(body[first:last] for first, last in _Scan(body).children(boundary, 1, len(body)))
