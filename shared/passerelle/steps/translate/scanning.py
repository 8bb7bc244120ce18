"""Looking for viruses: in the mail as it was opened, and in each file that a document hides inside XML."""

from passerelle.core.message import Message, Opened
from passerelle.steps.ports import Details, Finding, Scanner

INFECTED = "policy.infected"


def look(scanner: Scanner, opened: Opened, message: Message) -> tuple[bool, Details]:
    """Return whether a scanner knows the mail, or a file of it, as infected, and what the receipt says of that.

    A scanner opens mails and zips by itself, but not the base64 inside a CDA.
    """
    files = (file.content for document in message.documents for file in document.attachments)
    findings = set[Finding]()
    for content in (opened.content, *dict.fromkeys(files)):
        scan = scanner.scan(content)
        if scan.finding is Finding.INFECTED:
            return True, (("scan", scan.finding.value), ("virus", scan.name))
        findings.add(scan.finding)
    least = Finding.UNSCANNED if Finding.UNSCANNED in findings else Finding.CLEAN
    return False, (("scan", least.value),)
