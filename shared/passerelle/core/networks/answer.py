"""A person's answer in plain words to a mail that the bridge wrote: no document; it stands in that mail's thread."""

from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.message import Dispatch, Labels, Message, Network, Opened, Written
from passerelle.core.networks import labels, note

NO_DOCUMENT = frozenset({"hprim.missing", "xdm.missing"})
"""What a network says of a mail without any document."""


def read(opened: Opened) -> Message:
    """Return the answer; MalformedError `answer.…` where it is not text alone: a file belongs to some patient."""
    mail = mime.read(opened.content)
    body = [part for part in mail.parts if note.is_body(part)]
    if any(part.content.strip() for part in mail.parts if part not in body):
        raise MalformedError("answer.files", "An answer without a medical document has files; it may have text alone.")
    text, lost = note.words(body)
    if not text:
        raise MalformedError("answer.empty", "An answer without a medical document has no text.")
    told = note.read(mail.subject, text)
    return Message(mail.message_id, mail.sender, mail.subject, (), opened.proof, told, losses=lost, answers=True)


def write(message: Message, dispatch: Dispatch, network: Network) -> Written:
    """Return the answer as a mail of text."""
    named = network is Network.MSSANTE and dispatch.product
    headers = (("X-MSS-NIL", dispatch.product),) if named else ()  # ECO.2.4.3
    mail = mime.write(dispatch, note.ANSWER, f"{message.text}\n", "utf-8", (), headers)
    return Written(mail, labels=labels.read(headers) if network is Network.MSSANTE else Labels())
