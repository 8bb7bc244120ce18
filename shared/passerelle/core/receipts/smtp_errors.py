"""The agency's code of what SMTP could not do: table SMTPERRORCODE of MSSanté (IG-CDA).

Its codes are those of SMTP where SMTP has one, and three digits of their own beside. The enhanced status (RFC 3463) is
the more exact of the two things that a server says: where it fits a line of the table, it wins.
"""

from types import MappingProxyType

CODES = frozenset(
    {
        *("101", "111", "251", "252", "420", "421", "422", "431", "432", "441", "442", "450", "451", "452"),
        *("500", "501", "502", "503", "504", "510", "512", "513", "523", "530", "541"),
        *("550", "551", "552", "553", "554"),
    }
)

_BY_STATUS = MappingProxyType(
    {
        "5.1.1": "550",  # no such mailbox
        "5.1.2": "512",  # no such domain
        "5.1.3": "510",  # the address is none
        "5.1.6": "551",  # the mailbox has moved
        "5.1.10": "512",  # RFC 7505: the domain takes no mail
        "4.2.2": "422",  # the mailbox is full
        "5.2.2": "552",
        "5.2.3": "523",  # too large for this recipient
        "4.3.1": "431",  # the server has no room
        "5.3.4": "523",  # too large for the server
        "4.4.1": "101",  # no connection
        "4.4.2": "442",  # cut
        "4.4.3": "512",  # the name of the server is not found
        "4.4.7": "420",  # no answer in time
        "5.7.1": "541",  # refused by rule or filter
        "5.7.8": "530",  # RFC 4954 §6: we are not who we should be
        "5.7.0": "530",  # RFC 4954 §6, RFC 3207 §4: show who you are first
    }
)
_BY_CODE = MappingProxyType({454: "530", 534: "530", 535: "530", 538: "530", 521: "512", 556: "512"})
_BY_CLASS = MappingProxyType({"4": "451", "5": "554"})  # what remains: an error here, a transaction that failed


def of(code: int, enhanced: str) -> str:
    """Return the agency's code of a refusal: of its reply code (0 where nothing was said) and its enhanced status."""
    said = str(code) if code else ""
    own = said if said in CODES else ""
    return _BY_STATUS.get(enhanced) or own or _BY_CODE.get(code) or _BY_CLASS.get((said or enhanced)[:1], "101")
