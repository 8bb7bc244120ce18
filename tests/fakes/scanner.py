"""A scanner without a daemon."""

from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Finding, Scan


class FakeScanner:
    """A scanner that knows one virus."""

    def __init__(self) -> None:
        self.away = False

    def scan(self, content: bytes) -> Scan:
        if self.away:
            raise UnavailableError("scanner.unavailable", "The scanner does not answer.")
        return Scan(Finding.INFECTED, "Test.Virus") if b"VIRUS" in content else Scan(Finding.CLEAN)
