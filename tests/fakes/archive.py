"""Files without S3."""

from collections.abc import Iterator


class FakeArchive:
    """Files that are kept for ever."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = {} if files is None else files

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        yield from sorted(name for name in self.files if name.startswith(prefix) and name > after)

    def keep(self, name: str, content: bytes) -> bytes:
        return self.files.setdefault(name, content)

    def point(self, name: str, content: bytes) -> None:
        self.files[name] = content
