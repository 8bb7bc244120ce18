"""Envelopes that `openssl cms` makes."""

from tests.matrix import kinds
from tests.matrix.kinds import CONTENT, OPENED, Desk, Kind, holder
from tests.vectors import openssl

OAEP = ("-keyopt", "rsa_padding_mode:oaep")
LEGACY = ("-provider", "default", "-provider", "legacy")

CIPHERS = {
    **{
        f"AES-{bits}-{mode.upper()}": (f"-aes-{bits}-{mode}", OPENED)
        for bits in (128, 192, 256)
        for mode in ("cbc", "gcm")
    },
    **{
        name: (option, "cms.cipher")
        for name, option in {
            "3DES": "-des3",
            "DES": "-des",
            "RC2-40": "-rc2-40",
            "RC2-128": "-rc2-128",
            "RC4": "-rc4",
            "Camellia-128-CBC": "-camellia128",
            "SEED-CBC": "-seed",
            "AES-128-OFB": "-aes-128-ofb",
            "AES-256-CFB": "-aes-256-cfb",
        }.items()
    },
}
TRANSPORT = {
    "PKCS#1 v1.5": ((), OPENED),
    "OAEP SHA-1": (OAEP, OPENED),
    **{f"OAEP SHA-{bits}": ((*OAEP, "-keyopt", f"rsa_oaep_md:sha{bits}"), OPENED) for bits in (256, 384, 512)},
    "OAEP SHA-256, mask SHA-1": ((*OAEP, "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha1"), OPENED),
    "OAEP MD5": ((*OAEP, "-keyopt", "rsa_oaep_md:md5"), "cms.key-transport"),
    "OAEP SHA-224": ((*OAEP, "-keyopt", "rsa_oaep_md:sha224"), "cms.key-transport"),
    "OAEP with a label": ((*OAEP, "-keyopt", "rsa_oaep_label:6162"), "cms.key-transport"),
}
AGREEMENT = {
    "X9.63 SHA-1": ("P-256", ()),
    "X9.63 SHA-256": ("P-256", ("ecdh_kdf_md:sha256",)),
    "X9.63 SHA-384": ("P-384", ("ecdh_kdf_md:sha384",)),
    "X9.63 SHA-512": ("P-521", ("ecdh_kdf_md:sha512",)),
    "cofactor, X9.63 SHA-256": ("P-256", ("ecdh_cofactor_mode:1", "ecdh_kdf_md:sha256")),
}


def encrypt(*options: str, content: bytes = CONTENT) -> bytes:
    """Return an envelope, DER or BER."""
    return openssl.run("cms", "-encrypt", "-binary", "-outform", "DER", *options, content=content)


def _row(name: str, expected: str, owner: str, *options: str, after: tuple[str, ...] = ()) -> Kind:
    def opens(desk: Desk) -> bytes:
        certificate, _ = desk.own(holder(owner))
        return kinds.unseal(encrypt(*options, "-recip", certificate, *after), holder(owner))

    return kinds.ours(name, "openssl", expected, opens)


def _mixed(owner: str, others: tuple[str, ...], expected: str = OPENED) -> Kind:
    def opens(desk: Desk) -> bytes:
        files = [desk.own(holder(one))[0] for one in others]
        return kinds.unseal(encrypt("-aes256", *files), holder(owner))

    return kinds.ours(f"EnvelopedData for {', '.join(others)}: our key {owner}", "openssl", expected, opens)


def _other(name: str, expected: str, *options: str) -> Kind:
    def opens(_: Desk) -> bytes:
        made = openssl.run("cms", "-outform", "DER", *options, content=CONTENT)
        return kinds.unseal(made, holder("RSA-2048"))

    return kinds.ours(name, "openssl", expected, opens)


SECRET = ("-secretkey", "00" * 16)
KINDS = (
    *(
        _row(
            f"{'AuthEnvelopedData' if 'GCM' in name else 'EnvelopedData'} {name}, RSA",
            expected,
            "RSA-2048",
            option,
            *LEGACY,
        )
        for name, (option, expected) in CIPHERS.items()
    ),
    *(
        _row(f"EnvelopedData AES-256-CBC, {name}", expected, "RSA-2048", "-aes256", after=after)
        for name, (after, expected) in TRANSPORT.items()
    ),
    *(
        _row(
            f"EnvelopedData AES-128-CBC, ECDH {owner}, {name}",
            OPENED,
            owner,
            "-aes128",
            after=tuple(part for one in options for part in ("-keyopt", one)),
        )
        for name, (owner, options) in AGREEMENT.items()
    ),
    _row("AuthEnvelopedData AES-256-GCM, OAEP SHA-1", OPENED, "RSA-3072", "-aes-256-gcm", after=OAEP),
    _row("AuthEnvelopedData AES-256-GCM, ECDH P-384", OPENED, "P-384", "-aes-256-gcm"),
    _row("EnvelopedData AES-128-CBC, ECDH P-256, AES-256 key wrap", OPENED, "P-256", "-aes128", "-aes256-wrap"),
    _row("EnvelopedData AES-128-CBC, ECDH P-256, 3DES key wrap", "cms.key-transport", "P-256", "-aes128", "-des3-wrap"),
    _row("EnvelopedData in segments of indefinite length, RSA", OPENED, "RSA-2048", "-aes256", "-stream", "-indef"),
    _row("AuthEnvelopedData in segments, ECDH P-256", OPENED, "P-256", "-aes-256-gcm", "-stream", "-indef"),
    _row("EnvelopedData, RSA by key identifier", OPENED, "RSA-2048", "-aes256", "-keyid"),
    _row("EnvelopedData, ECDH P-256 by key identifier", OPENED, "P-256", "-aes256", "-keyid"),
    _mixed("RSA-2048", ("P-256", "RSA-3072", "P-384", "RSA-2048")),
    _mixed("P-384", ("RSA-2048", "P-256", "P-384")),
    _mixed("RSA-2048", ("RSA-3072", "P-256"), "cms.not-for-us"),
    _other("EnvelopedData for a password", "cms.not-for-us", "-encrypt", "-aes256", "-pwri_password", "x"),
    _other("EnvelopedData for a shared key", "cms.not-for-us", "-encrypt", "-aes256", *SECRET, "-secretkeyid", "01"),
    _other("EncryptedData", "cms.content-type", "-EncryptedData_encrypt", "-aes128", *SECRET),
    _other("DigestedData", "cms.content-type", "-digest_create"),
    _other("Data", "cms.content-type", "-data_create"),
)
