"""Forged signatures, one for each published class, in an envelope as anybody can make one."""

from collections.abc import Callable
from dataclasses import replace

from asn1crypto import cms, core

from tests.attacks import forging
from tests.attacks.forging import ENTITY, FORGED, Forgery, attribute, attributes, certificate, signs
from tests.attacks.registry import Attack, Door
from tests.vectors import pki

JOHNNY = "Johnny, You Are Fired! (Müller et al., USENIX Security 2019)"
RFC5652 = "RFC 5652 §5.3, §5.4, §11"
OTHER = "attacker@x.example"
BANNED = (b"doublez la dose",)


def _other() -> pki.Identity:
    """Return the attacker: a subscriber of the same authority."""
    return pki.person(OTHER)


def _unknown(**changes: object) -> pki.Identity:
    """Return a certificate that says it is the doctor's, by an authority that nobody trusts."""
    subject = replace(pki.Subject(f"Personne {pki.JEAN}", emails=(pki.JEAN,)), **changes)  # type: ignore[arg-type]
    return pki.issue(subject, pki.rsa_key("attacker"), pki.stranger())


def _substituted() -> bytes:
    return forging.opaque(Forgery(shown=FORGED).data())


def _new_digest() -> bytes:
    good = Forgery().signer()["signature"].native
    return forging.opaque(Forgery(shown=FORGED, attributes=attributes(FORGED), signing=lambda _: good).data())


def _stripped() -> bytes:
    """The attributes become the content: the signature over them fits, and covers no letter."""
    covered = cms.CMSAttributes(attributes(ENTITY)).dump()
    return forging.opaque(Forgery(shown=covered, attributes=None).data())


def _attributes_unsigned() -> bytes:
    return forging.opaque(Forgery(shown=FORGED, attributes=None, unsigned=attributes(FORGED), covered=b"x").data())


def _with(*found: cms.CMSAttribute) -> Callable[[], bytes]:
    return lambda: forging.opaque(Forgery(attributes=list(found)).data())


def _nobody() -> bytes:
    return forging.opaque(Forgery(shown=FORGED).data(signers=0))


def _two_signers() -> bytes:
    other = Forgery(
        shown=FORGED, attributes=attributes(FORGED), signing=signs(_other()), sid=certificate(_other())
    ).signer()
    both = (certificate(pki.person()), certificate(_other()))
    return forging.opaque(Forgery(shown=FORGED, certificates=both).data(other))


def _by(identity: pki.Identity, *certificates: pki.Identity, **changes: object) -> bytes:
    found = tuple(certificate(one) for one in certificates or (identity, *_chain(identity)))
    forgery = Forgery(
        shown=FORGED,
        attributes=attributes(FORGED),
        signing=signs(identity),
        sid=certificate(identity),
        certificates=found,
    )
    return forging.opaque(replace(forgery, **changes).data())  # type: ignore[arg-type]


def _chain(identity: pki.Identity) -> tuple[pki.Identity, ...]:
    return (pki.authority(),) if identity.chain else ()


def _same_number() -> bytes:
    """A certificate with issuer and serial number of the doctor's, beside his."""
    real = pki.person()
    fake = forging.issued(
        _unknown(), pki.stranger(), issuer=certificate(real).issuer, serial_number=real.certificate.serial_number
    )
    forgery = Forgery(
        shown=FORGED,
        attributes=attributes(FORGED),
        signing=signs(_unknown()),
        certificates=(fake, certificate(real), certificate(pki.authority())),
    )
    return forging.opaque(forgery.data())


def _only_same_number() -> bytes:
    real = pki.person()
    fake = forging.issued(
        _unknown(), pki.stranger(), issuer=certificate(real).issuer, serial_number=real.certificate.serial_number
    )
    found = (fake, certificate(pki.authority()))
    forgery = Forgery(shown=FORGED, attributes=attributes(FORGED), signing=signs(_unknown()), certificates=found)
    return forging.opaque(forgery.data())


def _same_key_identifier() -> bytes:
    """Two certificates with one key identifier: the doctor's, and one of another key that claims it."""
    name = certificate(pki.person()).key_identifier
    extensions = [
        {"extn_id": "key_identifier", "critical": False, "extn_value": core.OctetString(name)}
        if one["extn_id"].native == "key_identifier"
        else one
        for one in certificate(_other())["tbs_certificate"]["extensions"]
    ]
    fake = forging.issued(_other(), pki.authority(), extensions=extensions)
    found = (certificate(pki.person()), fake, certificate(pki.authority()))
    forgery = Forgery(shown=FORGED, attributes=attributes(FORGED), signing=signs(_other()), certificates=found)
    return forging.opaque(replace(forgery, by_key=name).data())


def _protected() -> bytes:
    """SHA-512 is named, SHA-256 is what the signed attributes name (RFC 6211)."""
    names = {
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": {"algorithm": "sha256_rsa"},
    }
    found = [*attributes(ENTITY, "sha512"), attribute("cms_algorithm_protection", names)]
    algorithm = {"algorithm": "sha512_rsa"}
    how = signs(pki.person(), "sha512")
    return forging.opaque(Forgery(attributes=found, digest="sha512", algorithm=algorithm, signing=how).data())


def _named(digest: str, algorithm: str, signing: str) -> bytes:
    how = signs(pki.person(), signing)
    found = attributes(ENTITY, digest)
    return forging.opaque(
        Forgery(attributes=found, digest=digest, algorithm={"algorithm": algorithm}, signing=how).data()
    )


def _case(name: str, source: str, entity: Callable[[], bytes], code: str) -> Attack:
    return Attack(
        f"signature: {name}",
        source,
        Door.APICRYPT,
        lambda: forging.sealed(entity()),
        code if " " in code or code == "READY" else f"QUARANTINED {code}",
        BANNED,
    )


TYPE, DIGEST = attributes(ENTITY)
ATTACKS = (
    _case("none wrong: the letter crosses", "control", lambda: forging.opaque(Forgery().data()), "READY"),
    _case("content substituted", RFC5652, _substituted, "cms.digest-differs"),
    _case("content substituted, digest fitted", RFC5652, _new_digest, "cms.signature"),
    _case(
        "attributes stripped and shown as the content",
        "ForgedAttributes (Strenzke, ESORICS 2023)",
        _stripped,
        "cms.signed-attributes",
    ),
    _case("attributes moved out of the signed ones", RFC5652, _attributes_unsigned, "cms.signed-attributes"),
    _case("no digest among the attributes", RFC5652, _with(TYPE), "cms.digest-differs"),
    _case("no type among the attributes", RFC5652, _with(DIGEST), "cms.signed-attributes"),
    _case(
        "type of the content is another",
        RFC5652,
        _with(attribute("content_type", "signed_data"), DIGEST),
        "cms.signed-attributes",
    ),
    _case(
        "two digests in one attribute",
        RFC5652,
        _with(TYPE, attribute("message_digest", forging.digest(FORGED), forging.digest(ENTITY))),
        "cms.digest-differs",
    ),
    _case(
        "two attributes with digests",
        RFC5652,
        _with(TYPE, DIGEST, attribute("message_digest", forging.digest(FORGED))),
        "cms.signed-attributes",
    ),
    _case("signed by nobody", f"{JOHNNY}: C3", _nobody, "cms.signers"),
    _case("the doctor's old signature beside the attacker's", f"{JOHNNY}: C2", _two_signers, "cms.signers"),
    _case(
        "another subscriber of the same authority", f"{JOHNNY}: ID", lambda: _by(_other()), "trust.signer-not-sender"
    ),
    _case("an authority that nobody trusts", "RFC 5280 §6", lambda: _by(_unknown()), "trust.path"),
    _case(
        "the doctor's certificate, another's signature",
        RFC5652,
        lambda: _by(_other(), pki.person(), pki.authority(), sid=certificate(pki.person())),
        "cms.signature",
    ),
    _case(
        "signer not among the certificates",
        RFC5652,
        lambda: _by(_other(), pki.person(), pki.authority()),
        "cms.signer-certificate",
    ),
    _case("two certificates of one issuer and number", RFC5652, _same_number, "cms.signer-certificate"),
    _case("issuer and number of the doctor's, another key", RFC5652, _only_same_number, "trust.path"),
    _case("two certificates of one key identifier", RFC5652, _same_key_identifier, "cms.signer-certificate"),
    _case(
        "the authority's own name",
        "RFC 5280 §4.2.1.9",
        lambda: _by(pki.authority(), pki.authority()),
        "trust.authority",
    ),
    _case(
        "digest and signature of two names",
        "RFC 5652 §5.6",
        lambda: _named("sha256", "sha512_rsa", "sha512"),
        "cms.algorithm",
    ),
    _case(
        "an algorithm of another kind of key",
        "RFC 5652 §5.6",
        lambda: _named("sha256", "sha256_ecdsa", "sha256"),
        "cms.algorithm",
    ),
    _case("algorithms that are not the signed ones", "RFC 6211 (algorithm substitution)", _protected, "cms.algorithm"),
    _case("SHA-1", "SHAttered (Stevens et al., CRYPTO 2017)", lambda: _named("sha1", "sha1_rsa", "sha1"), "cms.digest"),
)
