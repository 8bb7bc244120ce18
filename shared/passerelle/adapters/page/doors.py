"""From settings to the door of the page: none where no issuer knows it as a client."""

import json
from functools import cache

import boto3

from passerelle.adapters import wiring
from passerelle.adapters.answers import answering
from passerelle.adapters.issuer import Client, Issuer
from passerelle.adapters.marks import derived
from passerelle.adapters.page.entrance import Entrance
from passerelle.adapters.page.sessions import SHORT, Sessions
from passerelle.adapters.settings import Settings
from passerelle.core.errors import UnavailableError

SECRET = "page"  # noqa: S105 - its name
_LABEL = b"passerelle page sessions 1"


@cache
def door() -> Entrance | None:
    """Return the door; every process of the function makes and knows the same cookies."""
    settings = wiring.settings()
    if not (settings.oidc_issuer and settings.page_client):
        return None
    key = derived(boto3.client("kms", config=wiring.CLIENTS), settings.marks_key, _LABEL)
    secret = _secret(settings) if settings.page_secret else ""
    client = Client(settings.page_client, settings.oidc_audience, settings.page_scopes, secret)
    sessions = Sessions(wiring.now, key, lasts=SHORT, same_site="Lax")
    return Entrance(Issuer(settings.oidc_issuer, client, wiring.now), sessions)


def _secret(settings: Settings) -> str:
    """Return the client's secret, of the JSON {"client_secret": "…"}."""
    secrets = boto3.client("secretsmanager", config=wiring.CLIENTS)
    with answering("keyring"):
        found = secrets.get_secret_value(SecretId=f"{settings.secrets_prefix}{SECRET}")["SecretString"]
    try:
        return str(json.loads(found)["client_secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError("page.secret", "The secret of the page has not its form.") from error
