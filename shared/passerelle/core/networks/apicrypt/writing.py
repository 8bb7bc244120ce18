"""A message as an Apicrypt mail: HPRIM as its only text, PDFs and photos beside."""

from collections.abc import Mapping
from dataclasses import replace

from passerelle.core.documents import hprim
from passerelle.core.mail import account, mime
from passerelle.core.message import Attachment, Dispatch, Document, Loss, Mailbox, Message, Written
from passerelle.core.networks import note
from passerelle.core.networks.apicrypt import files

_RESTRICTIONS = {  # TRE_A07 and HL7 Confidentiality
    "R": "accès restreint",
    "V": "accès très restreint",
    "INVISIBLE_PATIENT": "le patient ne doit pas encore voir ce document",
    "MASQUE_PS": "le patient a masqué ce document aux professionnels de santé",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "les représentants légaux ne doivent pas voir ce document",
}
_OTHER = "accès restreint par son auteur"
_DOUBTS = {
    "doubt.cda-values-differ": "ATTENTION : des valeurs codées de ce document diffèrent de son texte ; à vérifier",
    "doubt.cda-negated": "ATTENTION : ce document contient des résultats niés (negationInd) ; à vérifier",
    "doubt.cda-entries": "ATTENTION : une partie de ce document n'a que des données codées ; à vérifier",
    "doubt.cda-cancelled": "ATTENTION : ce document contient des résultats annulés ou suspendus ; à vérifier",
}


def write(message: Message, dispatch: Dispatch) -> Written:
    """Return a flat mail: one text/plain part in ISO-8859-1, which is HPRIM, then PDFs and images.

    MedShake writes every part that is no attachment to one file, so there is never a second text. It does not
    open a zip, and an unknown attachment may be lost in its first version: the CDA and other files stay behind,
    each named in a loss.
    """
    taken, left = files.carried(message)
    kept = tuple(file for file in taken if file)
    names = _name(dispatch.sender), _name(dispatch.recipient)
    shown = _shown(kept)
    documents = tuple(map(_warned, _renamed(message.documents, taken)))
    text, found = hprim.write(documents, *names, message.text, shown)
    losses = (*found, *left, *_sources(message), *_told(message.documents))
    told = account.lines((*message.losses, *losses)) if dispatch.account else ()
    if told:  # written again: the text is laid out with its last lines
        text, _ = hprim.write(documents, *names, message.text, (*shown, "", *told))
    return Written(mime.write(dispatch, note.DOCUMENT, text.decode("latin-1"), "iso-8859-1", kept), losses)


def _shown(kept: tuple[Attachment, ...]) -> tuple[str, ...]:
    """Return the lines that name the photos, and the PDFs that can do more than be read."""
    lines: list[str] = []
    for title, names in (
        ("Images jointes :", [one.name for one in kept if one.media_type != files.PDF]),
        ("PDF à ouvrir avec prudence (script, formulaire, fichier…) :", [one.name for one in kept if one.active]),
    ):
        lines += ["", title, *(f"  {name}" for name in names)] if names else []
    return tuple(lines)


def _name(mailbox: Mailbox) -> str:
    """Return what lines 11 and 12 show; an empty line 12 shifts all lines in Mediboard."""
    return mailbox.label.strip() or mailbox.address.partition("@")[0]


def _sources(message: Message) -> tuple[Loss, ...]:
    return tuple(
        Loss("document.source", f"document {number}", "Apicrypt readers open no CDA.", "Its text, and its PDF if any.")
        for number, document in enumerate(message.documents, 1)
        if document.source
    )


def _renamed(documents: tuple[Document, ...], taken: tuple[Attachment | None, ...]) -> tuple[Document, ...]:
    """Return the documents with the names that their files have in this mail."""
    renamed: list[Document] = []
    rest = iter(taken)
    for document in documents:
        names = {
            file.name: new.name if new else f"{file.name}, non transmise"
            for file, new in zip(document.attachments, rest, strict=False)  # the rest is of other documents
        }
        renamed.append(replace(document, text=tuple(_named(line, names) for line in document.text)))
    return tuple(renamed)


def _named(line: str, names: Mapping[str, str]) -> str:
    """Return a line with other names of files; a shorter name leaves the columns behind it where they are."""
    for old, new in names.items():
        line = line.replace(f" {old}]", f" {new}]" + " " * max(0, len(old) - len(new)))
    return line.rstrip()


def _warned(document: Document) -> Document:
    """Return a document that says first who must not see it, and what to doubt: HPRIM has no fields for that."""
    warnings = [f"CONFIDENTIALITÉ : {_RESTRICTIONS.get(code, _OTHER)}" for code in document.confidentiality]
    warnings += [_DOUBTS[code] for code in document.doubts if code in _DOUBTS]
    return replace(document, text=(*warnings, "", *document.text)) if warnings else document


def _told(documents: tuple[Document, ...]) -> tuple[Loss, ...]:
    why = "HPRIM has no field for who must not see a document."
    return tuple(
        Loss("document.confidentiality", f"document {number}", why, "The first lines of its text.")
        for number, document in enumerate(documents, 1)
        if document.confidentiality
    )
