"""The locks of both networks: S/MIME (RFC 8551), and the channel, whose mutual TLS is the lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.adapters import layers
from passerelle.adapters.grounds import Grounds
from passerelle.core.cms import enveloped, keys, remote, signed
from passerelle.core.errors import MalformedError, UnavailableError, UnsupportedError, UntrustedError
from passerelle.core.mail import mime, smime
from passerelle.core.message import Opened, Proof
from passerelle.core.policy import Agreement, Correspondent, Profile
from passerelle.core.trust import binding
from passerelle.core.trust.path import Use
from passerelle.steps.ports import Identity, Keyring, RemoteIdentity


@dataclass(frozen=True, slots=True)
class _Own:
    """The bridge's keys: those that open, the present one first, and the one that signs."""

    opening: tuple[keys.Key, ...]
    signing: keys.Key | remote.RemoteKey


_PROFILES = {Profile.INTEROP: enveloped.INTEROP, Profile.MODERN: enveloped.MODERN}


@dataclass(frozen=True, slots=True)
class SmimeCipher:
    """Opens what is enveloped for the bridge and signed by the sender; closes the same way."""

    keyring: Keyring
    identity_name: str
    anchors_name: str
    grounds: Grounds
    _checked: dict[Identity, _Own] = field(default_factory=dict, repr=False, compare=False)

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:
        """Return the signed entity under the outer fields, or raise; this is the whole protocol.

        Not proven, because S/MIME leaves it outside of the signature: Subject, Date, To and Message-ID.
        """
        # 1. The mail is one CMS message, at its root.
        outer, entity = smime.divide(mail)
        # 2. It is decrypted and its signatures verified: each by one signer, over every byte.
        found = layers.bare(entity, *self._keys().opening)
        # 3. Each signer's certificate leads to an anchor, now, is for signing mail, and nobody has revoked it.
        ground = self.grounds.of(self.anchors_name)
        for one in found.signatures:
            ground.check(one.certificate, one.others, now, Use.SIGN)
        # 4. It speaks for the one address in From, which is the sender's: till then no answer goes out.
        with _unanswered():
            opened = smime.join(outer, found.entity)
            address = mime.sender(opened).address
        for one in found.signatures:
            binding.check(one.certificate, address)
        if address.casefold() != sender.address.casefold():
            raise UntrustedError("policy.sender-differs", "From is not who hands the mail in.")
        # 5. A signed mail that came in clear is refused, and its sender, now known, is told.
        if not found.secret:
            raise UnsupportedError("cipher.in-clear", "A mail is signed but not enveloped, as the agreement asks.")
        author = found.signatures[-1]
        return Opened(opened, Proof("signature", address, author.fingerprint, author.algorithm))

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:
        """Return the mail signed by the bridge, then enveloped for the recipient's certificate."""
        outer, entity = smime.divide(mail)
        key = self._keys().signing
        with _own():
            if not key.valid(now):
                raise UntrustedError("cipher.identity-expired", "The bridge's own certificate is not valid now.")
            binding.check(key.certificate, mime.sender(mail).address)
        recipient = self._recipient(agreement.recipient, now)
        profile = _PROFILES[agreement.recipient.profile]
        inner = smime.wrap(signed.sign(entity, key, now), "signed-data")
        return outer + smime.wrap(enveloped.seal(inner, (recipient,), profile), profile.smime_type)

    def _recipient(self, recipient: Correspondent, now: datetime) -> keys.Certificate:
        """Return the recipient's certificate, checked as a signer's is: a mail sent to a wrong key stays sent."""
        leaf, *others = self._certificates(self.keyring.certificate(recipient.certificate))
        self.grounds.of(self.anchors_name).check(leaf, tuple(others), now, Use.ENCIPHER)
        binding.check(leaf, recipient.address)
        return leaf

    def _certificates(self, pem: bytes) -> tuple[keys.Certificate, ...]:
        with _own():
            return keys.certificates(pem)

    def _keys(self) -> _Own:
        """Return the bridge's keys; their arithmetic is checked (50 ms each) once for each new identity."""
        identity = self.keyring.identity(self.identity_name)
        if identity not in self._checked:
            with _own():
                found = _loaded(identity)
            self._checked.clear()
            self._checked[identity] = found
        return self._checked[identity]


def _loaded(identity: Identity) -> _Own:
    opening = tuple(keys.load(one.chain, one.key) for one in (identity, *identity.former))
    signing = identity.signing
    if signing is None:
        return _Own(opening, opening[0])
    if isinstance(signing, RemoteIdentity):
        return _Own(opening, remote.load(signing.chain, signing.public, signing.sign))
    return _Own(opening, keys.load(signing.chain, signing.key))


@contextmanager
def _unanswered() -> Iterator[None]:
    """Keep whoever replays an envelope from being told what is in it: who wrote it is not proven yet."""
    try:
        yield
    except (MalformedError, UnsupportedError) as error:
        raise UntrustedError(error.code, error.text) from error


@contextmanager
def _own() -> Iterator[None]:
    """Keep faults of the bridge's own keys from being laid to the mail: it waits until an operator mends them."""
    try:
        yield
    except (MalformedError, UntrustedError) as error:
        raise UnavailableError(error.code, error.text) from error


@dataclass(frozen=True, slots=True)
class ChannelCipher:
    """Lets a mail through: who handed it over was proven by mutual TLS, before it came here."""

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:  # noqa: ARG002 - the port's
        """Return the mail as it is, with the channel as its proof."""
        return Opened(mail, Proof("channel"))

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:  # noqa: ARG002 - the port's
        """Return the mail as it is."""
        return mail
