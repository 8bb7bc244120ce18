"""White lists that nobody must believe: signature wrapping, foreign signers, transforms, entities."""

from tests.attacks.registry import Attack, Door
from tests.vectors import lists

_WRAPPING = "XML signature wrapping (McIntosh, Austel 2005; CVE-2012-5664)"
_SOURCES = {
    "wrapped by an evil list": _WRAPPING,
    "the good list beside": _WRAPPING,
    "signed by Id": _WRAPPING,
    "two signatures": _WRAPPING,
    "XSLT": "XMLDSig transforms that run code (CVE-2022-34169)",
    "XPath": "XMLDSig transforms that choose what is signed (Hill 2007)",
    "a key of its own": "KeyValue beside a certificate (CVE-2021-40690 and kin)",
    "HMAC": "HMAC with a public key (CVE-2009-0217)",
    "a comment within": "text cut by a comment (VU#475445, 2018)",
    "billion laughs": "exponential entities (CVE-2003-1564)",
    "an external entity": "XXE (CWE-611)",
    "an external DTD": "XXE (CWE-611)",
    "a reference abroad": "Reference URI that fetches (CVE-2023-44483 and kin)",
    "a reference to a file": "Reference URI that reads (XMLDSig best practices §2.3)",
}
_RULE = "reference/mssante §2: a pinned signer, one signature over all"
ATTACKS = tuple(
    Attack(f"white list: {name}", _SOURCES.get(name, _RULE), Door.LIST, build, f"REFUSED {code}")
    for name, (code, build) in lists.ATTACKS.items()
)
