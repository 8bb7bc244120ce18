"""Fixtures of S/MIME: the bridge's cipher and its keys."""

import pytest

from passerelle.adapters.cipher import SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.steps.ports import Identity
from tests.fakes import FakeBulletins, FakeKeyring
from tests.vectors import pki


@pytest.fixture
def keyring() -> FakeKeyring:
    bridge = pki.organisation()
    return FakeKeyring(
        identities={"bridge": Identity(bridge.chain_pem, bridge.key_pem)},
        certificates={"jean": pki.person().chain_pem},
        trusted={"apicrypt": pki.pem(pki.root().certificate)},
    )


@pytest.fixture
def cipher(keyring: FakeKeyring) -> SmimeCipher:
    return SmimeCipher(keyring, "bridge", "apicrypt", Grounds(keyring, FakeBulletins(), {"apicrypt": None}))
