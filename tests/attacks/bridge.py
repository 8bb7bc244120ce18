"""The whole path of a mail, open → read → judge → write → close, with the real locks and forms, on fakes beside."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from functools import cache

from passerelle.adapters.cipher import ChannelCipher, SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.adapters.smtp import conforming
from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.core.mail import mime, prescan, smime
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Code, Identifier, Network, Organisation, Professional
from passerelle.core.networks import apicrypt, mssante
from passerelle.core.policy import Agreement, Correspondent, Doubt, Lock
from passerelle.core.receipts.lifecycle import State
from passerelle.core.trust import white_list_xml
from passerelle.steps.accept import accept
from passerelle.steps.ports import Identity
from passerelle.steps.translate import translate
from tests.attacks.registry import Attack, Door
from tests.fakes import FakeBulletins, FakeKeyring
from tests.steps.office import Office
from tests.vectors import lists, make_cda, pki

HOSPITAL = Correspondent(
    Network.MSSANTE,
    "medecine@ch.mssante.example",
    f"medecine@{pki.BRIDGE}",
    "CH Exemple",
    Lock.CHANNEL,
    Professional("ESSAI", "Claire"),
)
DOCTOR = Correspondent(
    Network.APICRYPT,
    pki.JEAN,
    "jean.martin.59@passerelle.mssante.example",
    "Dr Jean MARTIN",
    Lock.SMIME,
    Professional(
        "MARTIN",
        "Jean",
        "Dr",
        Identifier("1.2.250.1.71.4.2.1", "810009999999"),
        Code("G15_10/SM54", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)"),
        Organisation("Cabinet d'essai", Identifier("1.2.250.1.71.4.2.2", "499999999999")),
    ),
    "jean",
)
HPRIM = (
    "A1\r\nESSAI\r\nZoé\r\n1 rue X\r\n\r\n59000 LILLE\r\n28/03/1979\r\n\r\n\r\n20/02/2026\r\n.          A\r\n"
    ".          B\r\n\r\nTout va bien.\r\n****FIN****\r\n****FINFICHIER****\r\n"
).encode("latin-1")


@dataclass(frozen=True)
class Outcome:
    """What became of an attack: state and reason, the details of its last event, and all that went out."""

    verdict: str
    details: dict[str, str]
    sent: bytes
    told: bool = False  # somebody will hear of it


@cache
def _keyring() -> FakeKeyring:
    bridge = pki.organisation()
    return FakeKeyring(
        identities={"bridge": Identity(bridge.chain_pem, bridge.key_pem)},
        certificates={"jean": pki.person().chain_pem},
        trusted={"apicrypt": pki.pem(pki.root().certificate)},
    )


def office() -> Office:
    """Return a bridge between the hospital and the doctor."""
    made = Office(Agreement("ch", HOSPITAL, DOCTOR, Doubt.FLAG), Agreement("ville", DOCTOR, HOSPITAL, Doubt.FLAG))
    made.clock.now = pki.NOW
    locks = {
        Lock.SMIME: SmimeCipher(
            _keyring(), "bridge", "apicrypt", Grounds(_keyring(), FakeBulletins(), {"apicrypt": None})
        ),
        Lock.CHANNEL: ChannelCipher(),
    }
    forms = {Network.APICRYPT: apicrypt, Network.MSSANTE: mssante}
    made.translating = replace(made.translating, ciphers=locks, forms=forms)  # type: ignore[arg-type]
    return made


def run(door: Door, content: bytes) -> Outcome:
    """Bring a mail in, translate it, and return what became of it."""
    bridge, from_hospital = office(), door is Door.MSSANTE
    sender, recipient = (HOSPITAL, DOCTOR) if from_hospital else (DOCTOR, HOSPITAL)
    mail = signed_by_doctor(content) if door is Door.SIGNED else content
    try:
        kept = bridge.mailroom.keep(mail)
    except MalformedError as error:
        return Outcome(f"TOO LARGE {error.code}", {}, b"")
    envelope = Envelope(sender.network, sender.address, (recipient.alias,), kept)
    first, *_ = accept(bridge.desk, bridge.mailroom.receive(envelope))
    delivery = translate(bridge.translating, first)
    sent = bridge.mailroom.read(bridge.mailroom.envelope(delivery.outgoing).mail) if delivery.outgoing else b""
    if sent and not conforming(sent):
        return Outcome("WRITTEN WITH BARE CR OR LF", {}, sent)
    outgoing = _unlocked(sent) if sent and from_hospital and len(sent) <= prescan.LARGEST_MAIL else sent
    said = bridge.said(delivery)
    words = (delivery.state.value, delivery.reason, said.get("fault", ""))
    told = delivery.wake_at is not None or bool(delivery.notice)
    return Outcome(" ".join(filter(None, words)), said, outgoing, told)


def verdict(attack: Attack) -> str:
    """Return what became of an attack, in the words of its `verdict`; what slipped through is said instead."""
    if attack.door is Door.LIST:
        return _listed(attack.build())
    outcome = run(attack.door, attack.build())
    said = outcome.sent + b"".join(_everything(outcome.sent))
    if outcome.verdict.startswith(State.QUARANTINED.value) and (outcome.told or outcome.sent):
        return f"TOLD OF {outcome.verdict}"  # an answer would be a question to the key
    slipped = [word for word in attack.banned if word in said]
    missing = [code for code in attack.losses if f"loss.{code}" not in outcome.details]
    if slipped:
        return f"SLIPPED THROUGH {slipped}"
    return f"{outcome.verdict} WITHOUT {missing}" if missing else outcome.verdict


def _listed(content: bytes) -> str:
    """Return what becomes of a white list: READY where it would be believed."""
    try:
        white_list_xml.verify(content, lists.signers(), pki.NOW)
    except PasserelleError as error:
        return f"REFUSED {error.code}"
    return "READY"


def _everything(mail: bytes) -> list[bytes]:
    """Return the parts of a mail, transfer-decoded, and its header fields, decoded."""
    if not mail:
        return []
    head = "\n".join(f"{name}: {value}" for name, value in mime.read(mail).headers).encode()
    return [head, *(mime.decoded(leaf).content for leaf in prescan.scan(mail)[1])]


def signed_by_doctor(mail: bytes) -> bytes:
    """Return a mail as the doctor's software closes it: signed, then enveloped for the bridge."""
    outer, entity = smime.divide(mail) if b"\0" not in mail else (b"", mail)
    inner = smime.wrap(signed.sign(entity, _key(pki.person()), pki.NOW), "signed-data")
    return outer + smime.wrap(enveloped.seal(inner, (pki.organisation().certificate,)), "enveloped-data")


def _unlocked(mail: bytes) -> bytes:
    """Return what the doctor reads of a mail that the bridge closed for him."""
    outer, entity = smime.divide(mail)
    found = signed.verify(_cms(enveloped.unseal(_cms(entity), _key(pki.person()))))
    return smime.join(outer, found.content)


def _cms(entity: bytes) -> bytes:
    locked = smime.unwrap(entity)
    return locked.cms if locked else b""


@cache
def _key(identity: pki.Identity) -> keys.Key:
    return keys.load(identity.chain_pem, identity.key_pem)


def head(sender: bytes = b"", extra: bytes = b"") -> bytes:
    """Return the top fields of a mail of the hospital, or of who is given."""
    who = sender or b"From: %s\r\n" % HOSPITAL.address.encode()
    date = b"Date: Wed, 04 Mar 2026 05:00:00 +0000\r\n"
    return who + date + b"Message-ID: <a1@ch.mssante.example>\r\nMIME-Version: 1.0\r\n" + extra


def from_doctor(extra: bytes = b"") -> bytes:
    """Return the top fields of a mail of the doctor."""
    return head(b"From: %s\r\n" % pki.JEAN.encode(), extra)


def part(content: bytes, name: str = "IHE_XDM.zip", media_type: str = "application/zip") -> bytes:
    """Return an attachment, in base64."""
    fields = f'Content-Type: {media_type}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    packed = b64encode(content)
    lines = b"\r\n".join(packed[at : at + 76] for at in range(0, len(packed), 76))
    return (fields + disposition).encode() + lines


def mixed(*parts: bytes, top: bytes = b"") -> bytes:
    """Return a multipart/mixed of these parts, under the fields of the hospital or of who is given."""
    body = b"".join(b"--=_b\r\n" + one + b"\r\n" for one in parts)
    return (top or head()) + b'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n' + body + b"--=_b--\r\n"


def xdm(content: bytes | None = None, *others: bytes, top: bytes = b"") -> bytes:
    """Return a mail of the hospital with a zip, a good one where none is given, and further parts."""
    archive = make_cda.xdm() if content is None else content
    return mixed(b"Content-Type: text/plain\r\n\r\nBonjour", part(archive), *others, top=top)


def hprim(*others: bytes, text: bytes = HPRIM) -> bytes:
    """Return a mail of the doctor in HPRIM with further parts, in clear: for Door.SIGNED."""
    return mixed(b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + text, *others, top=from_doctor())


def base64_of(mail: bytes) -> bytes:
    """Return the CMS message of a mail of `signed_by_doctor`, DER."""
    return b64decode(re.split(rb"\r?\n\r?\n", mail, maxsplit=1)[1])
