"""Whether an authority's answer can be believed: it is about this content, and its certificate leads to an anchor."""

from datetime import datetime

from passerelle.core.cms import keys
from passerelle.core.receipts import timestamp
from passerelle.core.receipts.verification import CheckStamp
from passerelle.core.trust import path


def checker(anchors: bytes) -> CheckStamp:
    """Return the check of answers by authorities that these certificates (PEM) lead to."""
    authorities = keys.certificates(anchors)

    def check(answer: bytes, content: bytes) -> datetime:
        stamp = timestamp.read(answer, content)
        path.check(stamp.certificate, stamp.others, authorities, stamp.at, path.Use.STAMP)
        return stamp.at

    return check
