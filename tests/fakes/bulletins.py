"""What was published, without S3."""


class FakeBulletins:
    """What was published, by name; `kept` says what was written, in order."""

    def __init__(self) -> None:
        self.published: dict[str, bytes] = {}
        self.kept: list[str] = []

    def read(self, name: str) -> bytes:
        return self.published.get(name, b"")

    def keep(self, name: str, content: bytes) -> None:
        self.published[name] = content
        self.kept.append(name)
