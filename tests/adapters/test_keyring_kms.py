"""Signing in KMS: the private key never comes out, and what it signs opens as any other mail; two keys in a renewal."""

import copy
import json
import logging
import pickle
import traceback
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from passerelle.adapters.cipher import SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.adapters.keyring import MOST_FORMER, AwsKeyring
from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import PasserelleError, UnavailableError
from passerelle.core.mail import smime
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Identity, RemoteIdentity
from tests.adapters import clouds
from tests.adapters.smime.mails import AGREEMENT, ALIAS, ENTITY, HEAD, JEAN, closed, to_hospital
from tests.fakes import FakeBulletins
from tests.vectors import pki

NAME = "stack/keys/apicrypt"
SPECS = ["RSA_2048", "RSA_3072", "ECC_NIST_P256", "ECC_NIST_P384"]


@dataclass
class Kit:
    """A keyring on an emulated AWS, whose secret a test writes."""

    keyring: AwsKeyring
    cloud: Cloud

    def put(self, **more: object) -> None:
        ours = pki.organisation()
        secret = {"chain": ours.chain_pem.decode(), "key": ours.key_pem.decode(), **more}
        self.keyring.secrets.create_secret(Name=NAME, SecretString=json.dumps(secret))

    def key(self, spec: str) -> tuple[str, bytes]:
        """Make a key in KMS; its ARN and its public key."""
        kms = self.cloud.client("kms")
        arn = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        return arn, kms.get_public_key(KeyId=arn)["PublicKey"]

    @property
    def cipher(self) -> SmimeCipher:
        grounds = Grounds(self.keyring, FakeBulletins(), {"apicrypt": None})
        return SmimeCipher(self.keyring, "apicrypt", "apicrypt", grounds)


@pytest.fixture
def kit(moto_cloud: Cloud) -> Kit:
    storage, bucket = moto_cloud.client("s3"), clouds.bucket(moto_cloud, "configuration")
    storage.put_object(Bucket=bucket, Key="certificates/jean.pem", Body=pki.person().chain_pem)
    storage.put_object(Bucket=bucket, Key="anchors/apicrypt.pem", Body=pki.pem(pki.root().certificate))
    secrets, kms = moto_cloud.client("secretsmanager"), moto_cloud.client("kms")
    return Kit(AwsKeyring(secrets, storage, kms, "stack/keys/", bucket), moto_cloud)


def certified(public: bytes) -> bytes:
    """Return the chain of a certificate of the bridge for a public key whose private key nobody here has."""
    key: Any = serialization.load_der_public_key(public)
    issuer = pki.authority()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Passerelle, signature")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.SINCE)
        .not_valid_after(pki.UNTIL)
    )
    for extension in (
        x509.BasicConstraints(ca=False, path_length=None),
        x509.SubjectAlternativeName([x509.DNSName(pki.BRIDGE)]),
        x509.ExtendedKeyUsage(list(pki.EMAIL)),
    ):
        builder = builder.add_extension(extension, critical=False)
    return pki.pem(builder.sign(issuer.key, hashes.SHA256()), issuer.certificate)


def opened_by_jean(mail: bytes) -> signed.Signed:
    person = keys.load(pki.person().chain_pem, pki.person().key_pem)
    locked = smime.unwrap(smime.divide(mail)[1])
    assert locked is not None
    inner = smime.unwrap(enveloped.unseal(locked.cms, person))
    assert inner is not None
    return signed.verify(inner.cms, inner.detached)


@pytest.mark.parametrize("spec", SPECS)
def test_a_mail_is_signed_in_kms_and_opened_by_its_recipient(kit: Kit, spec: str) -> None:
    arn, public = kit.key(spec)
    chain = certified(public)
    kit.put(signing={"chain": chain.decode(), "key": f"kms:{arn}"})
    found = opened_by_jean(kit.cipher.close(to_hospital(), AGREEMENT, pki.NOW))
    assert found.certificate == x509.load_pem_x509_certificates(chain)[0]
    assert found.content == smime.divide(to_hospital())[1]


def test_mail_is_still_opened_with_the_key_at_hand(kit: Kit) -> None:
    arn, public = kit.key("RSA_2048")
    kit.put(signing={"chain": certified(public).decode(), "key": f"kms:{arn}"})
    assert kit.cipher.open(closed(), JEAN, pki.NOW).content == HEAD + ENTITY


def test_the_signing_key_may_be_a_second_one_in_the_secret(kit: Kit) -> None:
    other = pki.issue(pki.Subject("Signature", domains=(pki.BRIDGE,)), pki.rsa_key("signing"), pki.authority())
    kit.put(signing={"chain": other.chain_pem.decode(), "key": other.key_pem.decode()})
    assert opened_by_jean(kit.cipher.close(to_hospital(), AGREEMENT, pki.NOW)).certificate == other.certificate


def test_a_certificate_of_another_key_than_that_in_kms_stops_the_mail(kit: Kit) -> None:
    arn, _ = kit.key("RSA_2048")
    kit.put(signing={"chain": certified(kit.key("RSA_2048")[1]).decode(), "key": f"kms:{arn}"})
    with pytest.raises(UnavailableError, match=r"cms\.key"):
        kit.cipher.close(to_hospital(), AGREEMENT, pki.NOW)


def test_a_key_that_kms_does_not_give_is_asked_again_later(kit: Kit) -> None:
    kit.put(signing={"chain": pki.organisation().chain_pem.decode(), "key": "kms:arn:aws:kms:x:1:key/none"})
    with pytest.raises(UnavailableError, match=r"keyring\.unavailable"):
        kit.cipher.close(to_hospital(), AGREEMENT, pki.NOW)


def test_an_expired_signing_certificate_stops_the_mail(kit: Kit) -> None:
    arn, public = kit.key("RSA_2048")
    kit.put(signing={"chain": certified(public).decode(), "key": f"kms:{arn}"})
    with pytest.raises(UnavailableError, match=r"cipher\.identity-expired"):
        kit.cipher.close(to_hospital(), AGREEMENT, pki.UNTIL + timedelta(days=1))


def renewed(year: str) -> pki.Identity:
    return pki.issue(pki.Subject(f"Passerelle {year}", domains=(pki.BRIDGE,)), pki.rsa_key(year), pki.authority())


def pair(identity: pki.Identity) -> dict[str, str]:
    return {"chain": identity.chain_pem.decode(), "key": identity.key_pem.decode()}


def test_in_a_renewal_mail_for_the_old_key_and_for_the_new_one_opens(kit: Kit) -> None:
    new = renewed("2027")
    kit.keyring.secrets.create_secret(
        Name=NAME, SecretString=json.dumps({**pair(new), "former": [pair(pki.organisation())]})
    )
    assert kit.cipher.open(closed(), JEAN, pki.NOW).content == HEAD + ENTITY
    inner = smime.wrap(
        signed.sign(ENTITY, keys.load(pki.person().chain_pem, pki.person().key_pem), pki.NOW), "signed-data"
    )
    mail = HEAD + smime.wrap(enveloped.seal(inner, (new.certificate,)), "enveloped-data")
    assert kit.cipher.open(mail, JEAN, pki.NOW).content == HEAD + ENTITY
    assert opened_by_jean(kit.cipher.close(to_hospital(), AGREEMENT, pki.NOW)).certificate == new.certificate
    assert ALIAS.endswith(pki.BRIDGE)


def test_a_key_that_is_no_longer_there_opens_nothing(kit: Kit) -> None:
    kit.keyring.secrets.create_secret(Name=NAME, SecretString=json.dumps(pair(renewed("2027"))))
    with pytest.raises(PasserelleError, match=r"cms\.not-for-us"):
        kit.cipher.open(closed(), JEAN, pki.NOW)


def test_former_keys_are_capped(kit: Kit) -> None:
    old = pair(pki.organisation())
    kit.put(former=[old] * MOST_FORMER)
    assert len(kit.keyring.identity("apicrypt").former) == MOST_FORMER
    kit.keyring.secrets.put_secret_value(
        SecretId=NAME, SecretString=json.dumps({**old, "former": [old] * (MOST_FORMER + 1)})
    )
    with pytest.raises(UnavailableError, match=r"keyring\.form"):
        AwsKeyring(kit.keyring.secrets, kit.keyring.storage, kit.keyring.kms, "stack/keys/", "x").identity("apicrypt")


def secrets_of(identity: pki.Identity) -> list[str]:
    """Return what must not be seen of a private key: each line of its PEM, its numbers in any base."""
    lines = identity.key_pem.decode().splitlines()[1:-1]
    key = identity.key
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = [key.private_numbers().d, key.private_numbers().p]
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        numbers = [key.private_numbers().private_value]
    return [*lines, *(f"{number:{base}}" for number in numbers for base in "dx")]


def test_nothing_that_holds_a_key_shows_it(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    ours = pki.organisation()
    kit.put(former=[pair(ours)], signing=pair(ours))
    cipher, identity = kit.cipher, kit.keyring.identity("apicrypt")
    cipher.open(closed(), JEAN, pki.NOW)
    key = keys.load(identity.chain, identity.key)
    remote = RemoteIdentity(b"", b"", lambda *_: identity.key)
    with caplog.at_level(logging.DEBUG):
        for holder in (cipher, kit.keyring, identity, key, remote):
            logging.getLogger("x").warning("%r %s", holder, holder)
    said = caplog.text + repr(cipher._checked.values()) + "".join(_failures(identity, kit))
    assert [secret for secret in secrets_of(ours) if secret in said] == []


def _failures(identity: Identity, kit: Kit) -> list[str]:
    """Return the tracebacks of what fails with a key in its hands, causes and local names included."""
    broken = replace(identity, key=identity.key.replace(b"A", b"B", 5))
    kit.keyring.secrets.put_secret_value(SecretId=NAME, SecretString=json.dumps({"key": broken.key.decode()}))
    again = AwsKeyring(kit.keyring.secrets, kit.keyring.storage, kit.keyring.kms, "stack/keys/", "configuration")
    acts = (
        lambda: keys.load(identity.chain, broken.key),
        lambda: keys.load(pki.person().chain_pem, identity.key),
        lambda: again.identity("apicrypt"),
        lambda: pickle.dumps(identity),
        lambda: copy.deepcopy(keys.load(identity.chain, identity.key)),
    )
    told = []
    for act in acts:
        try:
            act()
        except (PasserelleError, TypeError) as error:
            told.append("".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()))
    assert len(told) == len(acts)
    return told
