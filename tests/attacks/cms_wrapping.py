"""Good signatures put where they cover something else than what is read (signature wrapping in MIME)."""

from collections.abc import Callable

from passerelle.core.mail import smime
from tests.attacks import bridge, forging
from tests.attacks.cms_signatures import BANNED, JOHNNY
from tests.attacks.forging import ENTITY, FORGED, Forgery
from tests.attacks.registry import Attack, Door

WRAPPED = f"{JOHNNY}: M1–M4"
EVIL = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + bridge.HPRIM.replace(
    b"Tout va bien", b"doublez la dose"
)
GOOD = forging.opaque(Forgery().data())


def _beside(shown: bytes = ENTITY, **changes: object) -> bytes:
    """Return the doctor's detached signature over his letter, beside what is shown."""
    inside = changes.get("inside")
    return forging.detached(Forgery(shown=inside).data(), shown)  # type: ignore[arg-type]


def _multipart(kind: str, *parts: bytes) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="=_w"\r\n\r\n'.encode()
    return head + b"".join(b"--=_w\r\n" + one + b"\r\n" for one in parts) + b"--=_w--\r\n"


def _detached_without(content: bytes | None = None) -> bytes:
    return forging.detached(Forgery(shown=content).data())


def _three_parts() -> bytes:
    return forging.detached(Forgery(shown=None).data(), ENTITY, EVIL)


def _swapped() -> bytes:
    """The signature first, the letter second."""
    return _detached_without().replace(b"multipart/signed", b"multipart/mixed", 1)


def _preamble() -> bytes:
    """What stands before the first part is shown by some readers."""
    return _detached_without().replace(b"--=_s\r\n", EVIL + b"\r\n--=_s\r\n", 1)


def _epilogue() -> bytes:
    return _detached_without() + EVIL


def _two_boundaries() -> bytes:
    return _detached_without().replace(b'boundary="=_s"', b'boundary="=_s"; boundary="=_w"', 1)


def _two_types() -> bytes:
    return b"Content-Type: text/plain\r\n" + _detached_without()


def _case(name: str, entity: Callable[[], bytes], verdict: str, source: str = WRAPPED) -> Attack:
    return Attack(f"wrapping: {name}", source, Door.APICRYPT, lambda: forging.sealed(entity()), verdict, BANNED)


UNSIGNED = "QUARANTINED cipher.unsigned"
ATTACKS = (
    _case("none: a detached signature crosses", _detached_without, "READY", "control"),
    _case("detached, another letter shown", lambda: _beside(FORGED), "QUARANTINED cms.digest-differs"),
    _case(
        "detached, with a content of its own",
        lambda: _detached_without(ENTITY),
        "QUARANTINED cms.two-contents",
        f"{JOHNNY}: C1",
    ),
    _case(
        "detached, another letter shown, the right one inside",
        lambda: _beside(FORGED, inside=ENTITY),
        "QUARANTINED cms.two-contents",
        f"{JOHNNY}: C1",
    ),
    _case(
        "opaque, without content", lambda: forging.opaque(Forgery(shown=None).data()), "QUARANTINED cms.two-contents"
    ),
    _case("a third part", _three_parts, "QUARANTINED mail.signed"),
    _case("before the first part", _preamble, "READY"),
    _case("behind the last part", _epilogue, "READY"),
    _case("beside a forged letter, mixed", lambda: _multipart("mixed", EVIL, GOOD), UNSIGNED),
    _case("under a forged letter, alternative", lambda: _multipart("alternative", EVIL, GOOD), UNSIGNED),
    _case("related to a forged letter", lambda: _multipart("related", EVIL, GOOD), UNSIGNED),
    _case("inside a forwarded mail", lambda: b"Content-Type: message/rfc822\r\n\r\n" + forging.mail(GOOD), UNSIGNED),
    _case("signed type taken away", _swapped, UNSIGNED),
    _case("two boundaries", _two_boundaries, "QUARANTINED mail.parameter-twice"),
    _case("two types", _two_types, "QUARANTINED mail.header-twice"),
    _case("a signature of nothing", lambda: smime.wrap(b"", "signed-data"), "QUARANTINED cms.ber"),
    _case("a second message behind", lambda: forging.opaque(Forgery().data() * 2), "QUARANTINED cms.ber"),
)
