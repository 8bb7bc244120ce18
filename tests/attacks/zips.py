"""Zips that lie: about sizes, names, kinds and overlaps; and zips that are bombs and do not lie."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda

FIFIELD = "Fifield: A better zip bomb, USENIX WOOT 2019 (CVE-2019-13232)"
BOMB = "42.zip and its kin (CWE-409)"
SLIP = "Zip Slip, Snyk 2018 (CWE-22)"
LIES = "Malformed archives: sizes that lie (CWE-130; APPNOTE §4.4)"
AMBIGUOUS = "My ZIP isn't your ZIP: semantic gaps of parsers, USENIX Security 2025 (You et al.)"
FOLDER = "IHE_XDM/SUBSET01/"
CDA = make_cda.cda()
FILES = {FOLDER + "METADATA.XML": make_cda.metadata({"DOC0001.XML": CDA}), FOLDER + "DOC0001.XML": CDA}


def _mail(archive: bytes) -> bytes:
    return bridge.xdm(archive)


def _with(name: str, content: bytes = b"x", mode: int = 0, **info: object) -> bytes:
    """Return a good XDM zip with one more entry."""
    buffer = io.BytesIO(make_cda.archive(FILES))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as made:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename, entry.external_attr, entry.compress_type = name, mode << 16, zipfile.ZIP_DEFLATED
        for field, value in info.items():
            setattr(entry, field, value)
        made.writestr(entry, content)
    return buffer.getvalue()


def _patched(archive: bytes, offset: int, value: bytes, *, local: bool = False) -> bytes:
    """Return a zip with bytes changed in its last central header (and in the local one where told)."""
    at = archive.rindex(b"PK\x01\x02")
    changed = archive[: at + offset] + value + archive[at + offset + len(value) :]
    if local:
        start = int.from_bytes(archive[at + 42 : at + 46], "little")
        place = start + offset - 2  # the local header lacks one field of two bytes before these
        changed = changed[:place] + value + changed[place + len(value) :]
    return changed


def bomb(size: int, name: str = "B.XML") -> bytes:
    """Return a zip with an entry of so many equal bytes."""
    return _with(FOLDER + name, b"\0" * size)


def nested(depth: int) -> bytes:
    """Return zips inside each other, bombs all the way down; none is opened but the first."""
    archive = make_cda.archive({f"{n}.zip": b"\0" * 99_000 for n in range(9)})
    for _ in range(depth):
        archive = make_cda.archive({f"{n}.zip": archive for n in range(9)})
    return _with("lib/lib.zip", archive)


def overlapping(entries: int = 200, size: int = 1_000_000) -> bytes:
    """Return a zip in which every entry quotes the same kernel of deflated bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packer.compress(b"a" * size) + packer.flush()
    crc = zlib.crc32(b"a" * size)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(kernel), size, 1, 0) + b"0"
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(kernel), size, 4, 0, 0, 0, 0, 0, 0)
        + b"%04d" % n
        for n in range(entries)
    )
    start = len(local) + len(kernel)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, len(central), start, 0)
    return local + kernel + central + end


def zip64() -> bytes:
    """Return a zip whose one entry says, in its zip64 field, that it unpacks to an exabyte."""
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 33, 0, 1, 1, 1, 0) + b"0x"
    extra = struct.pack("<2H2Q", 1, 16, 1 << 60, 1)
    sizes = (0xFFFFFFFF, 0xFFFFFFFF, 1, len(extra))
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, 0, *sizes, 0, 0, 0, 0, 0) + b"0" + extra
    return local + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)


def _case(name: str, source: str, archive: bytes | Callable[[], bytes], verdict: str) -> Attack:
    if isinstance(archive, bytes):
        return Attack(f"zip: {name}", source, Door.MSSANTE, lambda: _mail(archive), verdict)
    return Attack(f"zip: {name}", source, Door.MSSANTE, lambda: _mail(archive()), verdict)


LINK, DEVICE, PIPE = 0o120777, 0o020666, 0o010666
ATTACKS = (
    _case("64 MB of zeros", BOMB, lambda: bomb(1 << 26), "REFUSED xdm.zip-size"),
    _case("19 MB of zeros", BOMB, lambda: bomb(19_000_000), "REFUSED xdm.zip-size"),
    _case("4 levels of zips in zips", BOMB, lambda: nested(4), "READY"),
    _case("200 entries that share a kernel", FIFIELD, overlapping(), "REFUSED xdm.zip-size"),
    _case("3 entries that share a kernel", FIFIELD, overlapping(3, 99_000), "REFUSED xdm.zip"),
    _case("a size that is said too small", LIES, _patched(bomb(90_000), 24, struct.pack("<I", 5)), "REFUSED xdm.zip"),
    _case(
        "a size said too small in both headers",
        LIES,
        _patched(bomb(90_000), 24, struct.pack("<I", 5), local=True),
        "REFUSED xdm.zip",
    ),
    _case(
        "a size that is said too large",
        LIES,
        _patched(_with("a.txt"), 24, struct.pack("<I", 500_000)),
        "REFUSED xdm.zip-size",
    ),
    _case(
        "a packed size past the end", LIES, _patched(_with("a.txt"), 20, struct.pack("<I", 90_000)), "REFUSED xdm.zip"
    ),
    _case("zip64 sizes without their field", LIES, _patched(_with("a.txt"), 20, b"\xff" * 8), "REFUSED xdm.zip-size"),
    _case("zip64: 16 exabytes", LIES, zip64(), "REFUSED xdm.zip-size"),
    _case("a wrong CRC", LIES, _patched(_with("a.txt"), 16, b"\0\0\0\1", local=True), "REFUSED xdm.zip"),
    _case(
        "301 entries",
        BOMB,
        make_cda.archive({**FILES, **{f"n{n}": b"" for n in range(299)}}),
        "REFUSED xdm.zip-entries",
    ),
    _case(
        "5,000 entries",
        BOMB,
        lambda: make_cda.archive({**FILES, **{f"n{n}": b"" for n in range(5_000)}}),
        "REFUSED xdm.zip-entries",
    ),
    _case("a name that climbs", SLIP, _with("../../etc/cron.d/x"), "REFUSED xdm.zip-names"),
    _case("a name that climbs in the middle", SLIP, _with("a/../../x"), "REFUSED xdm.zip-names"),
    _case("a name that climbs by backslashes", SLIP, _with("..\\..\\x"), "REFUSED xdm.zip-names"),
    _case("an absolute name", SLIP, _with("/etc/passwd"), "REFUSED xdm.zip-names"),
    _case("a drive", SLIP, _with("C:\\windows\\x"), "REFUSED xdm.zip-names"),
    _case("a share", SLIP, _with("\\\\host\\x"), "REFUSED xdm.zip-names"),
    _case("an alternate stream", SLIP, _with("a.txt:b"), "REFUSED xdm.zip-names"),
    _case("a control character in a name", SLIP, _with("a\x1b[2Jb"), "REFUSED xdm.zip-names"),
    _case("a name of 300 signs", SLIP, _with("a" * 300), "REFUSED xdm.zip-names"),
    _case(
        "two entries of one name",
        AMBIGUOUS,
        _with(FOLDER + "DOC9999.XML").replace(b"DOC9999", b"DOC0001"),
        "REFUSED xdm.zip-names",
    ),
    _case("two entries of one name but for case", AMBIGUOUS, _with(FOLDER + "doc0001.xml"), "REFUSED xdm.zip-names"),
    _case(
        "a symbolic link",
        "CVE-2018-1002200 family: links in archives",
        _with("a", b"/etc/passwd", LINK),
        "REFUSED xdm.zip-link",
    ),
    _case("a device", "CWE-59", _with("a", b"", DEVICE), "REFUSED xdm.zip-link"),
    _case("a pipe", "CWE-59", _with("a", b"", PIPE), "REFUSED xdm.zip-link"),
    _case("an encrypted entry", AMBIGUOUS, _patched(_with("a.txt"), 8, b"\1\0"), "REFUSED xdm.zip-method"),
    _case("bzip2", AMBIGUOUS, _patched(_with("a.txt"), 10, struct.pack("<H", 12)), "REFUSED xdm.zip-method"),
    _case(
        "a method that nobody knows",
        AMBIGUOUS,
        _patched(_with("a.txt"), 10, struct.pack("<H", 99)),
        "REFUSED xdm.zip-method",
    ),
    _case(
        "a program before the zip",
        "Polyglots, Albertini (PoC||GTFO)",
        b"MZ" + b"\0" * 98 + make_cda.xdm(),
        "REFUSED xdm.zip",
    ),
    _case("a zip before the zip", AMBIGUOUS, make_cda.archive({"a": b"b"}) + make_cda.xdm(), "REFUSED xdm.zip"),
    _case("two ends of the directory", AMBIGUOUS, make_cda.xdm() + make_cda.xdm()[-22:], "REFUSED xdm.zip"),
    _case("cut short", LIES, make_cda.xdm()[:-30], "REFUSED xdm.zip"),
    _case(
        "a document whose name differs in the local header",
        AMBIGUOUS,
        make_cda.xdm().replace(b"DOC0001.XML", b"DOC0002.XML", 1),
        "REFUSED xdm.zip",
    ),
)
