"""One fake for each port of the steps: in memory, and as strict as the real thing."""

from tests.fakes.agreements import FakeAgreements
from tests.fakes.archive import FakeArchive
from tests.fakes.bulletins import FakeBulletins
from tests.fakes.cipher import FakeCipher
from tests.fakes.clock import FakeClock, FakeMint
from tests.fakes.form import FakeForm
from tests.fakes.keyring import FakeKeyring
from tests.fakes.ledger import FakeLedger
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.mailroom import FakeMailroom
from tests.fakes.marks import FakeMarks
from tests.fakes.persons import FakePersons
from tests.fakes.queue import FakeQueue
from tests.fakes.register import FakeRegister
from tests.fakes.relay import FakeRelay, Killed
from tests.fakes.scanner import FakeScanner
from tests.fakes.signatory import FakeSignatory
from tests.fakes.stamper import FakeStamper
from tests.fakes.web import FakeWeb

__all__ = [
    "FakeAgreements",
    "FakeArchive",
    "FakeBulletins",
    "FakeCipher",
    "FakeClock",
    "FakeForm",
    "FakeKeyring",
    "FakeLedger",
    "FakeMailbox",
    "FakeMailroom",
    "FakeMarks",
    "FakeMint",
    "FakePersons",
    "FakeQueue",
    "FakeRegister",
    "FakeRelay",
    "FakeScanner",
    "FakeSignatory",
    "FakeStamper",
    "FakeWeb",
    "Killed",
]
