"""A time-stamping authority over HTTP (RFC 3161 §3.4): one request, and an answer that is checked before it is kept."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from passerelle.adapters.web import HttpWeb
from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import timestamp
from passerelle.steps.refresh.ports import Wanted
from passerelle.steps.seal.stamping import checker

_NONCE_BITS = 64


@dataclass(frozen=True, slots=True)
class HttpStamper:
    """An authority at a URL, and who certifies it: certificates, PEM."""

    url: str
    anchors: Callable[[], bytes]

    def stamp(self, content: bytes) -> bytes:
        """Return its answer about content, checked."""
        nonce = secrets.randbits(_NONCE_BITS)
        answer = self._asked(timestamp.request(content, nonce))
        checker(self.anchors())(answer, content)
        if timestamp.read(answer, content).nonce != nonce:  # RFC 3161 §2.4.2: an answer to another question
            raise UntrustedError("stamp.nonce", "An authority answered another question than ours.")
        return answer

    def _asked(self, request: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            return HttpWeb().post(Wanted(self.url, timestamp.LARGEST), headers, request)
        except UnavailableError as error:
            raise UnavailableError(
                "stamp.unavailable", "The time-stamping authority did not answer as it should."
            ) from error
