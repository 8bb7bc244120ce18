"""What the bridge makes, opened by `openssl cms`."""

from passerelle.core.cms import enveloped, signed
from passerelle.core.mail import smime
from tests.matrix import kinds, openssl_signatures
from tests.matrix.kinds import CONTENT, OPENED, TIME, Desk, Kind, holder
from tests.vectors import openssl, pki

PROFILES = {"interop": enveloped.INTEROP, "modern": enveloped.MODERN}
PEOPLE = ("RSA-2048", "RSA-3072", "P-256", "P-384", "P-521")


def _decrypted(desk: Desk, made: bytes, owner: str, form: str = "DER") -> bytes:
    certificate, key = desk.own(holder(owner))
    who = ("-recip", certificate, "-inkey", key)
    return openssl.run("cms", "-decrypt", "-binary", "-inform", form, *who, content=made)


def _verified(desk: Desk, made: bytes, *options: str, form: str = "DER") -> bytes:
    root, _ = desk.own(pki.root())
    trust = ("-CAfile", root, "-purpose", "smimesign", *TIME)
    return openssl.run("cms", "-verify", "-binary", "-inform", form, *trust, *options, content=made)


def _sealed(profile: str, owner: str) -> Kind:
    def opens(desk: Desk) -> bytes:
        return _decrypted(desk, enveloped.seal(CONTENT, (holder(owner).certificate,), PROFILES[profile]), owner)

    return kinds.theirs(f"Envelope {profile}, {owner}", "openssl", opens)


def _several(profile: str, owner: str) -> Kind:
    def opens(desk: Desk) -> bytes:
        everyone = tuple(holder(one).certificate for one in PEOPLE)
        return _decrypted(desk, enveloped.seal(CONTENT, everyone, PROFILES[profile]), owner)

    return kinds.theirs(f"Envelope {profile} for {len(PEOPLE)} people of every kind, read by {owner}", "openssl", opens)


def _signed(name: str, owner: str, *, pss: bool = False, detached: bool = False) -> Kind:
    def opens(desk: Desk) -> bytes:
        made = signed.sign(CONTENT, kinds.key(holder(owner)), pki.NOW, pss=pss, detached=detached)
        return _verified(desk, made, *(("-content", desk.file(CONTENT)) if detached else ()))

    return kinds.theirs(f"SignedData {'detached' if detached else 'opaque'}, {name}", "openssl", opens)


def _signed_entity(content: bytes, owner: str) -> bytes:
    return smime.wrap(signed.sign(content, kinds.key(holder(owner)), pki.NOW), "signed-data")


def _triple_of_ours(desk: Desk) -> bytes:
    inner = _signed_entity(CONTENT, "RSA-2048")
    envelope = smime.wrap(enveloped.seal(inner, (holder("P-256").certificate,)), "enveloped-data")
    middle = _verified(desk, _signed_entity(envelope, "P-384"), form="SMIME")
    return _verified(desk, _decrypted(desk, middle, "P-256", "SMIME"), form="SMIME")


def _entity(made: bytes) -> bytes:
    locked = smime.unwrap(made)
    return locked.cms if locked else b""


def _triple_of_openssl(desk: Desk) -> bytes:
    certificate, _ = desk.own(holder("P-256"))
    signature = openssl_signatures.sign(desk, "RSA-2048", "-nodetach", "-outform", "SMIME")
    envelope = openssl.run("cms", "-encrypt", "-aes256", "-recip", certificate, content=signature)
    outer = openssl_signatures.sign(desk, "P-384", "-nodetach", content=envelope)
    inner = kinds.unseal(_entity(kinds.verify(outer)), holder("P-256"))
    return kinds.verify(_entity(inner))


KINDS = (
    *(_sealed(profile, owner) for profile in PROFILES for owner in PEOPLE),
    *(_several("modern", owner) for owner in PEOPLE),
    *(_signed(f"{owner}", owner, detached=detached) for owner in PEOPLE for detached in (False, True)),
    *(_signed("RSA-PSS SHA-256", "RSA-2048", pss=True, detached=detached) for detached in (False, True)),
    kinds.theirs("Triple wrap: RSA, ECDH P-256, ECDSA P-384", "openssl", _triple_of_ours),
    kinds.ours("Triple wrap: RSA, ECDH P-256, ECDSA P-384", "openssl", OPENED, _triple_of_openssl),
)
