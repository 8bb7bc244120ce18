"""Where authorities publish: one request, no redirect, no proxy, nothing unpacked, and an end to size and time."""

import ssl
import time
from collections.abc import Mapping
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
        return self._ask("GET", wanted, {_condition(wanted.tag): wanted.tag} if wanted.tag else {}, None)

    def post(self, wanted: Wanted, headers: Mapping[str, str], body: str | bytes) -> bytes:
        """Return the answer to a form, or to what the headers say that it is."""
        given = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **headers}
        found = self._ask("POST", wanted, given, body)
        return found.content if found else b""

    def _ask(self, method: str, wanted: Wanted, more: Mapping[str, str], body: str | bytes | None) -> Fetched | None:
        until = time.monotonic() + self.whole
        headers = {"User-Agent": "Passerelle", "Accept-Encoding": "identity", **more}
        try:
            with urllib3.PoolManager(ssl_context=_context(wanted)) as pool:
                answer = pool.request(
                    method,
                    wanted.url,
                    body=body,
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


def _context(wanted: Wanted) -> ssl.SSLContext | None:
    """Return TLS that believes the given anchors only, or, without any, those of this machine."""
    if not wanted.url.lower().startswith("https:"):
        return None
    context = ssl.create_default_context(cadata=wanted.anchors.decode("ascii") if wanted.anchors else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # ECO.1.1.1
    return context
