"""Pages without a network."""

import hashlib

from passerelle.core.errors import UnavailableError
from passerelle.steps.refresh.ports import Fetched, Wanted


class FakeWeb:
    """Pages by their URL; a page that is an error is one that does not answer."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | UnavailableError] = {}
        self.asked: list[Wanted] = []

    def get(self, wanted: Wanted) -> Fetched | None:
        self.asked.append(wanted)
        page = self.pages.get(wanted.url, UnavailableError("web.status", "Nothing is there."))
        if isinstance(page, UnavailableError):
            raise page
        if len(page) > wanted.largest:
            raise UnavailableError("web.size", "It is too large.")
        tag = hashlib.sha256(page).hexdigest()
        return None if tag == wanted.tag else Fetched(page, tag)
