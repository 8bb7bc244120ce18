"""An authority of time stamps without a network."""

import hashlib


class FakeStamper:
    """An authority that counts, or does not answer."""

    def __init__(self) -> None:
        self.stamped = 0
        self.fault: Exception | None = None

    def stamp(self, content: bytes) -> bytes:
        if self.fault:
            raise self.fault
        self.stamped += 1
        return b"stamp %d of " % self.stamped + hashlib.sha256(content).digest()
