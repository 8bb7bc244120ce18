"""Where authorities publish: one request, no redirect, no proxy, nothing unpacked, and an end to size and time."""

import ssl
import time
from dataclasses import dataclass

import urllib3

from passerelle.core.errors import UnavailableError
from passerelle.steps.refresh.ports import Fetched, Wanted

STEP = 10.0
"""Seconds for each wait."""

WHOLE = 60.0
"""Seconds for all of a fetch."""

_BLOCK = 1 << 16
_SAME = 304
_GOOD = 200


@dataclass(frozen=True, slots=True)
class HttpWeb:
    """HTTP and HTTPS, with or without anchors of our own."""

    whole: float = WHOLE

    def get(self, wanted: Wanted) -> Fetched | None:
        """Return what is there; None where it is still what the tag says."""
        until = time.monotonic() + self.whole
        headers = {"User-Agent": "Passerelle", "Accept-Encoding": "identity"}
        if wanted.tag:
            headers[_condition(wanted.tag)] = wanted.tag
        try:
            with urllib3.PoolManager(ssl_context=_context(wanted.anchors)) as pool:
                answer = pool.request(
                    "GET",
                    wanted.url,
                    headers=headers,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                    timeout=urllib3.Timeout(connect=STEP, read=STEP),
                )
                try:
                    return _read(answer, wanted, until)
                finally:
                    answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise UnavailableError("web.unavailable", "What an authority publishes could not be fetched.") from error


def _read(answer: urllib3.BaseHTTPResponse, wanted: Wanted, until: float) -> Fetched | None:
    if wanted.tag and answer.status == _SAME:
        return None
    if answer.status != _GOOD:
        raise UnavailableError("web.status", "The server of an authority answers with an error, or from elsewhere.")
    content = bytearray()
    while block := answer.read1(_BLOCK, decode_content=False):
        content += block
        if len(content) > wanted.largest:
            raise UnavailableError("web.size", "What an authority publishes is larger than it may be.")
        if time.monotonic() > until:
            raise UnavailableError("web.time", "What an authority publishes takes too long to fetch.")
    return Fetched(bytes(content), answer.headers.get("ETag") or answer.headers.get("Last-Modified", ""))


def _condition(tag: str) -> str:
    """Return the header that a tag goes into: an ETag ends with its quote (RFC 9110 §8.8.3), a date does not."""
    return "If-None-Match" if tag.endswith('"') else "If-Modified-Since"


def _context(anchors: bytes) -> ssl.SSLContext:
    """Return TLS that believes these anchors only, or, without any, those of this machine."""
    context = ssl.create_default_context(cadata=anchors.decode("ascii") if anchors else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # ECO.1.1.1
    return context
