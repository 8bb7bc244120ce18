"""Clients of a cloud: the local emulator, or the one that the environment names."""

import functools
import os
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

REGION = "eu-west-1"
_KEY = "test"  # the emulator's root key
_TIMEOUTS = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
_NO_PROXY = Config(proxies={})


@dataclass(frozen=True, slots=True)
class Cloud:
    """A session and, for the emulator, its address."""

    session: boto3.Session
    endpoint: str | None = None

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        """Return a client of a service."""
        config = _TIMEOUTS.merge(_NO_PROXY) if self.endpoint else _TIMEOUTS
        return self.session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]


@functools.cache
def local(endpoint: str) -> Cloud:
    """Return the cloud of an emulator; no setting of the user's own AWS account plays a part in it."""
    bare = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    session = boto3.Session(_KEY, _KEY, region_name=REGION, botocore_session=bare)
    return Cloud(session, endpoint)


def outer() -> Cloud:
    """Return the cloud that the environment names (AWS_* variables, profile, AWS_ENDPOINT_URL)."""
    return Cloud(boto3.Session())
