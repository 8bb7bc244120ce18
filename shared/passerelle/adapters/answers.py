"""What AWS answers, as the errors of the house: a service that fails is asked again."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from passerelle.core.errors import UnavailableError


@contextmanager
def answering(service: str) -> Iterator[None]:
    """Turn a service's failure into UnavailableError `<service>.unavailable`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"{service}.unavailable", f"The {service} did not answer as it should.") from error


def code(error: ClientError) -> str:
    """Return the code of AWS for an error."""
    return error.response.get("Error", {}).get("Code", "")
