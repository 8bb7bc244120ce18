"""What is expected of a zip that is refused."""

from collections.abc import Callable

import pytest

from passerelle.core.documents import xdm
from passerelle.core.errors import MalformedError, UnsupportedError
from tests.vectors import make_cda as make

CDA = make.cda()
FOLDER = "IHE_XDM/SUBSET01/"


def refusal(content: bytes, verb: Callable[[bytes], object] = xdm.documents) -> str:
    with pytest.raises((MalformedError, UnsupportedError)) as caught:
        verb(content)
    return caught.value.code
