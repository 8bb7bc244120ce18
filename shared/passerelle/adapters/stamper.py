"""A time-stamping authority over HTTP (RFC 3161 §3.4): one request, and an answer that is checked before it is kept."""

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import urllib3

from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import timestamp
from passerelle.steps.seal.stamping import checker

WAIT = 20.0
"""Seconds for each wait."""

_GOOD = 200
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
        headers = {"Content-Type": "application/timestamp-query", "User-Agent": "Passerelle"}
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            with urllib3.PoolManager(ssl_context=context) as pool:
                answer = pool.request(
                    "POST",
                    self.url,
                    body=request,
                    headers=headers,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    timeout=urllib3.Timeout(connect=WAIT, read=WAIT),
                )
                content = answer.read(timestamp.LARGEST + 1, decode_content=False)
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _silent() from error
        if answer.status != _GOOD or len(content) > timestamp.LARGEST:
            raise _silent()
        return content


def _silent() -> UnavailableError:
    return UnavailableError("stamp.unavailable", "The time-stamping authority did not answer as it should.")
