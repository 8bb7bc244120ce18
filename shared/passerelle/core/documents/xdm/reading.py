"""The documents of an XDM zip, each checked against what METADATA.XML says of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from passerelle.core.documents import cda
from passerelle.core.documents.cda.reading import holds_document
from passerelle.core.documents.effort import Effort
from passerelle.core.documents.xdm import archive, metadata
from passerelle.core.documents.xdm.metadata import Described
from passerelle.core.errors import MalformedError
from passerelle.core.message import Attachment, Document, Patient

_METADATA = "METADATA.XML"
_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an XDM zip with its description."""

    name: str  # without folders
    content: bytes
    described: Described

    @property
    def is_document(self) -> bool:
        """Tell whether it is a CDA."""
        return holds_document(self.content)


def read(content: bytes, effort: Effort | None = None) -> tuple[Entry, ...]:
    """Return the described files of an XDM zip; MalformedError `xdm.…` where it breaks a rule."""
    files = {name: body for name, body in archive.members(content, effort or Effort()).items() if not _ignored(name)}
    found = [entry for name, body in files.items() if _is_metadata(name) for entry in _subset(name, body, files)]
    if not found:
        found = [_only_document(files, "")]
    _refuse_undescribed(files, {entry.content for entry in found})
    found += _undescribed_files(files, {entry.content for entry in found})
    return tuple({(entry.described.unique_id, entry.content): entry for entry in found}.values())


def _refuse_undescribed(files: Mapping[str, bytes], read: set[bytes]) -> None:
    """Refuse a CDA that METADATA.XML leaves out: nobody would miss it, and its patient would."""
    left = [name for name, body in files.items() if name.lower().endswith(".xml") and body not in read]
    if any(not _is_metadata(name) and holds_document(files[name]) for name in left):
        raise MalformedError("xdm.owner", "The XDM zip holds a CDA that METADATA.XML does not describe.")


def _undescribed_files(files: Mapping[str, bytes], read: set[bytes]) -> list[Entry]:
    """Return the PDFs that METADATA.XML leaves out: a reader of the zip finds them, and so must ours."""
    left = [(name.rpartition("/")[2], body) for name, body in files.items() if body not in read]
    return [Entry(name, body, Described(_PDF, unique_id=name)) for name, body in left if name.lower().endswith(".pdf")]


def documents(content: bytes, effort: Effort | None = None) -> tuple[Document, ...]:
    """Return the CDA documents of an XDM zip, read, each with the other files described under its name."""
    effort = effort or Effort()
    entries = read(content, effort)
    cdas = [entry for entry in entries if entry.is_document]
    if not cdas:
        _say_why(entries)
        raise MalformedError("xdm.missing", "The XDM zip holds no CDA document.")
    beside: list[list[Attachment]] = [[] for _ in cdas]
    for other in entries:
        if other not in cdas:
            beside[_owner(other, cdas)].append(_attachment(other))
    return tuple(_joined(_document(entry, effort), files) for entry, files in zip(cdas, beside, strict=True))


def _say_why(entries: tuple[Entry, ...]) -> None:
    """Refuse the zip by what is wrong with its XML (a DOCTYPE, broken bytes), where that is why it holds no CDA."""
    for entry in entries:
        if entry.name.lower().endswith(".xml"):
            cda.read(entry.content)


def _owner(other: Entry, cdas: list[Entry]) -> int:
    """Return the place of the document that a file belongs to: DOC0001.PDF to DOC0001.XML, or all to the only one."""
    stems = [entry.name.rpartition(".")[0].lower() for entry in cdas]
    stem = other.name.rpartition(".")[0].lower()
    if len(cdas) > 1 and stems.count(stem) != 1:
        raise MalformedError("xdm.owner", "The XDM zip has a file beside its documents, and does not say whose it is.")
    return stems.index(stem) if stem in stems else 0


def _attachment(entry: Entry) -> Attachment:
    return Attachment(entry.name, entry.described.media_type or "application/octet-stream", entry.content)


def _joined(document: Document, files: list[Attachment]) -> Document:
    known = {file.content for file in document.attachments}
    new = tuple(file for file in files if file.content not in known)
    return replace(document, attachments=(*document.attachments, *new))


def recognise(content: bytes) -> bool:
    """Tell whether an attachment without a telling name is an XDM zip."""
    try:
        return any(_is_metadata(name) for name in archive.names(content))
    except MalformedError:
        return False


def _document(entry: Entry, effort: Effort) -> Document:
    """Read a CDA; the patient of METADATA.XML, by whom receivers file it (ECO.2.1.2), must be the patient in it."""
    document = cda.read(entry.content, effort)
    said = entry.described.patient
    if said is not None and said not in _identifiers(document.patient):
        raise MalformedError("xdm.patient", "The patientId of METADATA.XML is none of the patient's ids in the CDA.")
    stated = tuple(dict.fromkeys((*document.confidentiality, *entry.described.confidentiality)))
    return replace(document, deleted=entry.described.action == "D", confidentiality=_restricted(stated))


def _restricted(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in ("", "N"))


def _identifiers(patient: Patient) -> tuple[object, ...]:
    return (patient.ins, *patient.local_ids)


def _ignored(name: str) -> bool:
    """Tell whether a name is litter: __MACOSX, .DS_Store, .svn, ._METADATA.XML."""
    parts = name.split("/")
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)


def _is_metadata(name: str) -> bool:
    return name.upper().endswith(_METADATA)


def _subset(name: str, body: bytes, files: Mapping[str, bytes]) -> Iterator[Entry]:
    """Return the files that one METADATA.XML describes, those in its own folder."""
    folder = name[: -len(_METADATA)]
    for described in metadata.read(body):
        entry = _resolved(folder, described, files) or (None if described.uri else _only_document(files, folder))
        if entry is None:
            raise MalformedError("xdm.uri", "METADATA.XML names a file that the zip does not hold.")
        entry = replace(entry, described=described)
        _check(entry)
        yield entry


def _resolved(folder: str, described: Described, files: Mapping[str, bytes]) -> Entry | None:
    wanted = {(folder + uri.removeprefix("./")).lower() for uri in (described.uri, unquote(described.uri)) if uri}
    found = next((name for name in files if name.lower() in wanted), None)
    return Entry(found.rpartition("/")[2], files[found], described) if found else None


def _only_document(files: Mapping[str, bytes], folder: str) -> Entry:
    """Return the one CDA of a folder, where nothing names it."""
    names = [name for name in files if name.startswith(folder) and name.lower().endswith(".xml")]
    names = [name for name in names if not _is_metadata(name) and holds_document(files[name])]
    if len(names) != 1:
        code = "xdm.uri" if names else "xdm.missing"
        raise MalformedError(code, "Nothing in the zip names its document, and it does not hold just one CDA.")
    return Entry(names[0].rpartition("/")[2], files[names[0]], Described())


def _check(entry: Entry) -> None:
    """Check hash and size (IHE ITI TF-3 §4.2.3.2): both are compulsory in an XDM, an old one may lack them."""
    said = entry.described
    if said.size and said.size != str(len(entry.content)):
        raise MalformedError("xdm.size", "A document does not have the size that METADATA.XML states.")
    sha1 = hashlib.sha1(entry.content, usedforsecurity=False).hexdigest()  # the hash that IHE XDM prescribes
    if said.sha1 and said.sha1 != sha1:
        raise MalformedError("xdm.hash", "A document does not have the SHA-1 that METADATA.XML states.")
