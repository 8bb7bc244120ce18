"""CompressedData (RFC 3274, RFC 8551 §3.6): opened within a cap, never written."""

import zlib

from passerelle.core.cms import structure
from passerelle.core.errors import MalformedError, UnsupportedError

LARGEST = 40 * 1024 * 1024
"""Bytes that may come out: as many as a mail may have."""


def inflate(data: bytes) -> bytes:
    """Return what is compressed, or raise: MalformedError or UnsupportedError `cms.…`."""
    info = structure.load(data)
    with structure.parsing():
        if info["content_type"].native != "compressed_data":
            raise MalformedError("cms.structure", "A CMS message is not compressed.")
        inner = info["content"]["encap_content_info"]
        if info["content"]["compression_algorithm"]["algorithm"].native != "zlib":
            raise UnsupportedError("cms.compressed", "A CMS message is compressed by something other than zlib.")
        if inner["content_type"].native != "data":
            raise UnsupportedError("cms.content-type", "Compressed content is not id-data (RFC 8551 §2.4.1).")
        packed = bytes(inner["content"])
    return _inflated(packed)


def _inflated(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, LARGEST + 1)
    except zlib.error as error:
        raise MalformedError("cms.compressed", "Compressed content does not inflate.") from error
    if len(content) > LARGEST:
        raise MalformedError("cms.compressed", f"Compressed content inflates to more than {LARGEST} bytes.")
    if not stream.eof or stream.unused_data:
        raise MalformedError("cms.compressed", "Compressed content is cut short, or followed by something else.")
    return content
