"""What is expected of a CDA that is refused."""

import base64

import pytest

from passerelle.core.documents import cda
from passerelle.core.errors import MalformedError, UnsupportedError


def refusal(content: bytes) -> str:
    with pytest.raises((MalformedError, UnsupportedError)) as caught:
        cda.read(content)
    return caught.value.code


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()
