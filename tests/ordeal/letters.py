"""Mails without end, cheap and all different: discharge letters (CDA in an XDM zip), HPRIM letters in S/MIME."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import count

from passerelle.core.documents import cda, xdm
from passerelle.core.mail import mime
from passerelle.core.message import Attachment, Dispatch, Document, Network
from passerelle.local.towns import letters
from passerelle.local.towns.letters import patients, post
from passerelle.local.towns.letters.post import DOCTOR, HOSPITAL, HOSPITAL_LABORATORY, TOWN_LABORATORY, Post

GONE = "parti@ch-exemple.mssante.example"
"""Who has an agreement, and no mailbox any more: Postfix itself refuses him."""

_MARK = "Dyspnée d’aggravation".encode()
_OUT, _HELD = (HOSPITAL, DOCTOR), (HOSPITAL_LABORATORY, DOCTOR)
_WAYS = (_OUT, _HELD, (DOCTOR, HOSPITAL), _OUT, _OUT, (TOWN_LABORATORY, HOSPITAL), _OUT, _HELD)
"""Senders and recipients in turn; those that cost less come more often."""

_EVERY = 50
"""One mail in so many is for him who is gone."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to submit: where it comes from, from whom, to which alias."""

    network: Network
    sender: str
    alias: str
    mail: bytes


def written(office: Post) -> Iterator[Letter]:
    """Yield mails, both ways in turn."""
    content = files(letters).joinpath("discharge.xml").read_bytes()
    document = cda.read(content)
    for number in count():
        sender, recipient = _WAYS[number % len(_WAYS)]
        if number % _EVERY == _EVERY - 1:
            sender, recipient = DOCTOR, GONE
        source, target = office.person(sender), office.person(recipient)
        if source.network is Network.MSSANTE:
            mail = _zipped(office, document, content, office._dispatch(f"ordeal-{number}", sender, recipient))
        else:
            mail = _locked(office, number, sender)
        yield Letter(source.network, source.address, target.alias, mail)


def _zipped(office: Post, document: Document, content: bytes, dispatch: Dispatch) -> bytes:
    """Return the discharge letter with a sentence of its own, as a hospital sends it."""
    changed = content.replace(_MARK, f"{dispatch.message_id} : dyspnée".encode())
    frame, _ = cda.frame(document, dispatch.author, dispatch.sender, dispatch.message_id)
    submission = xdm.Submission(dispatch.message_id, office.now, "Dossier patient d'essai")
    packed = xdm.Packed(
        changed, document, replace(frame, identifier=document.identifier or frame.identifier), xdm.Form.NARRATIVE
    )
    zipped = Attachment("IHE_XDM.zip", "application/zip", xdm.write((packed,), submission))
    headers = (("X-MSS-CODECDA", document.kind.code), ("X-MSS-INS", "O"), ("X-MSS-NIL", "DEV000000"))
    subject = f"XDM/1.0/DDM+{document.kind.display[:40]} FONTAINE LUCIE 14/07/1958"
    return mime.write(dispatch, subject, "Bonjour,\n\nVoir le document joint.\n", "utf-8", (zipped,), headers)


def _locked(office: Post, number: int, sender: str) -> bytes:
    """Return a short HPRIM letter with a sentence of its own, closed by its sender's key."""
    text = (f"Courrier {number} : tout va bien.", "Bien confraternellement.")
    day = office.now.date()
    kind = post._LETTER
    document = Document(None, kind, kind.display, office.now, patients.SIMONE, performed=day, text=text)
    return office._closed(f"ordeal-{number}", sender, document)
