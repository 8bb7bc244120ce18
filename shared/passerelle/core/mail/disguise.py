"""Files that are not what they say: programs, and documents that begin or end as something else (polyglots).

Only what the first bytes prove is held against a file: an unknown beginning is left to who opens it.
"""

import re

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Attachment, Message

_PROGRAMS = (  # first bytes
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",  # Java, and Mach-O for several processors
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
    b"MSCF",  # a cabinet
)
_PROGRAM_NAME = re.compile(
    r".*\.(?:exe|com|scr|pif|dll|msi|msp|cpl|bat|cmd|ps1|psm1|vbs|vbe|js|jse|ws[fh]|hta|lnk|url|jar|reg|scf|chm|iso|vhdx?|one)"
    r"[ .]*",
    re.IGNORECASE | re.DOTALL,
)
_PLAIN = {  # what a name or a media type may promise, with the first bytes that keep the promise
    "pdf": (b"%PDF-",),
    "image": (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF"),
}
_OTHERS = re.compile(  # first bytes of what neither a PDF nor a picture is
    rb"PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b|\xd0\xcf\x11\xe0|\{\\rtf|\s*<(?:!doctype|html|script|svg|\?xml)",
    re.IGNORECASE,
)
_NAMES = re.compile(r".*\.(?:(pdf)|jpe?g|png|gif|tiff?|bmp|webp)", re.IGNORECASE | re.DOTALL)
_HEAD = 256
_PDF_WITHIN = 1024  # bytes: where readers look for %PDF-
_END_OF_ZIP = b"PK\x05\x06"  # APPNOTE §4.3.16
_END_LENGTH, _LONGEST_COMMENT = 22, 65_535


def checked(message: Message) -> Message:
    """Return a message; UnsupportedError `mail.program`, MalformedError `mail.disguised` where a file of it is such."""
    for file in (*(one for document in message.documents for one in document.attachments), *message.attachments):
        if _is_program(file):
            raise UnsupportedError("mail.program", "A file of a mail is a program, or has the name of one.")
        if _disguised(file):
            raise MalformedError("mail.disguised", "A file of a mail is not what its name or its media type says.")
    return message


def _is_program(file: Attachment) -> bool:
    windows = file.content.startswith(b"MZ") and b"\0" in file.content[:_HEAD]  # a text may begin so
    return windows or file.content.startswith(_PROGRAMS) or bool(_PROGRAM_NAME.fullmatch(file.name))


def _disguised(file: Attachment) -> bool:
    """Tell whether a file that promises a PDF or a picture begins as something else, or a PDF ends as a zip."""
    promise = _promise(file)
    pdf_somewhere = b"%PDF-" in file.content[:_PDF_WITHIN]
    if promise == "pdf" or pdf_somewhere:
        return _begins_as_other(file.content, "pdf") or (pdf_somewhere and _ends_as_zip(file.content))
    return promise == "image" and _begins_as_other(file.content, "image")


def _promise(file: Attachment) -> str:
    """Return what a reader would take a file for: by its name, then by its media type."""
    named = _NAMES.fullmatch(file.name)
    if named:
        return "pdf" if named[1] else "image"
    family = file.media_type.partition("/")[0]
    return "pdf" if file.media_type == "application/pdf" else family


def _begins_as_other(content: bytes, promise: str) -> bool:
    if content.startswith(_PLAIN[promise]):
        return False
    pictures = promise == "pdf" and b"%PDF-" in content[:_PDF_WITHIN] and content.startswith(_PLAIN["image"])
    return pictures or bool(_OTHERS.match(content))


def _ends_as_zip(content: bytes) -> bool:
    """Tell whether the last bytes are the end of a zip, comment and all: a reader of zips looks nowhere else."""
    at = content.rfind(_END_OF_ZIP, max(0, len(content) - _END_LENGTH - _LONGEST_COMMENT))
    return at >= 0 and at + _END_LENGTH + int.from_bytes(content[at + 20 : at + 22], "little") == len(content)
