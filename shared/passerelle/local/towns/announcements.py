"""What the authorities of the pretend world publish: a white list of any size, signed as the real one is.

It is written in canonical form by hand, so that the bridge's own verifier is not what it is made with.
Real lists hold the names and telephones of people: none is copied here.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.errors import MalformedError
from passerelle.steps.ports import Identity

_NAMESPACE = "https://listeblanche.mssante.fr/schema"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{_SIGNATURE}enveloped-signature"
_END = "</ListeBlancheMSSante>"


@dataclass(frozen=True, slots=True)
class Entry:
    """A domain, and the name of a certificate that speaks for it."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class Form:
    """How a list is signed; the defaults are those of the real one."""

    transforms: tuple[str, ...] = (_ENVELOPED, _CANONICAL)
    canonical: str = _CANONICAL
    method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256"
    uri: str = ""


AS_USUAL = Form()


def white_list(entries: Sequence[Entry], generated: datetime) -> str:
    """Return a list without its signature, in canonical form."""
    at = f"{generated.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    rows = "".join(_row(entry, at) for entry in entries)
    return (
        f'<ListeBlancheMSSante xmlns="{_NAMESPACE}">\n    <DateDeGeneration>{at}</DateDeGeneration>\n'
        f"    <ListeDomaines>\n{rows}    </ListeDomaines>\n{_END}"
    )


def _row(entry: Entry, at: str) -> str:
    values = {
        "Nom": entry.domain,
        "Description": f"Domaine d'essai {entry.domain}",
        "DNCertificatOperateur": entry.name,
        "ResponsableContact": "exploitation@operateur.example",
        "SupportContact": "support@operateur.example",
        "DateMAJ": at,
    }
    inner = "".join(f"            <{tag}>{escape(value)}</{tag}>\n" for tag, value in values.items())
    return f"        <Domaine>\n{inner}        </Domaine>\n"


def signed(
    document: str, certificate: x509.Certificate, key: rsa.RSAPrivateKey, form: Form = AS_USUAL, covered: str = ""
) -> bytes:
    """Return a list with its signature; `covered`, where given, is what is digested in its place."""
    info = _info((covered or document).encode(), form)
    canonical = info.replace("<SignedInfo>", f'<SignedInfo xmlns="{_SIGNATURE}">', 1)
    value = base64.b64encode(key.sign(canonical.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    signature = (
        f'<Signature xmlns="{_SIGNATURE}">{info}<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>'
        f"<X509Certificate>{der}</X509Certificate></X509Data></KeyInfo></Signature>"
    )
    body = document.removesuffix(_END)
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}{signature}{_END}'.encode()


def signed_by(document: str, signer: Identity) -> bytes:
    """Return a list with the signature of somebody who has papers in PEM."""
    key = serialization.load_pem_private_key(signer.key, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise MalformedError("practice.key", "The pretend practices have RSA keys.")
    return signed(document, x509.load_pem_x509_certificate(signer.chain), key)


def name(identity: Identity) -> str:
    """Return the name of a certificate as a list writes it."""
    return x509.load_pem_x509_certificate(identity.chain).subject.rfc4514_string()


def _info(covered: bytes, form: Form) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(covered)
    transforms = "".join(f'<Transform Algorithm="{one}"></Transform>' for one in form.transforms)
    return (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{form.canonical}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{form.method}"></SignatureMethod>'
        f'<Reference URI="{form.uri}"><Transforms>{transforms}</Transforms>'
        f'<DigestMethod Algorithm="{form.digest}"></DigestMethod>'
        f"<DigestValue>{base64.b64encode(digest.finalize()).decode()}</DigestValue></Reference></SignedInfo>"
    )
