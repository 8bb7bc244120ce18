"""Every way that a marked mail can take through the bridge."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

from botocore.exceptions import ClientError

from passerelle.adapters import wiring
from passerelle.core.message import Network
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from tests.attacks import bridge
from tests.attacks.registry import Door, corpus
from tests.canary import asking, collecting, letters
from tests.canary.furnishing import agreements
from tests.canary.haul import Place
from tests.canary.stage import Stage
from tests.steps import correspondence
from tests.vectors import make_cda

ENDS = {Network.MSSANTE: (bridge.HOSPITAL, bridge.DOCTOR), Network.APICRYPT: (bridge.DOCTOR, bridge.HOSPITAL)}
DOORS = MappingProxyType(
    {Door.MSSANTE: Network.MSSANTE, Door.APICRYPT: Network.APICRYPT, Door.SIGNED: Network.APICRYPT}
)
SHORTEST = 50
"""From this part on, what takes long is left out."""

REPLIES = (
    "250 2.0.0 Ok: queued as ZZQSERIN1999",
    "250 2.0.0 Zzqserin 14/02/1999 id=zzqserin-299027699900172",
    "451 4.3.0 Zzqserin 14/02/1999 299027699900172",
    "554 5.7.1 <zzqserin@patient.example>: Zzqserin refused (29902 zzqserin)",
    "552 5.3.4 zzqserin too large",
    "450 zzqserin",
    "299 zzqserin",
    "zzqserin",
)
WORDS = "Zzqserin née le 14/02/1999, INS 299027699900172"


def post(stage: Stage, letter: letters.Letter, recipient: str = "") -> list[Delivery]:
    """Post a letter to the other side, and return the deliveries that it became."""
    _, network, mail = letter
    sender, other = ENDS[network]
    return stage.delivery(stage.post(network, sender.address, recipient or other.alias, mail))


def crossings(stage: Stage, part: int = 1) -> Iterator[str]:
    """Good mails of every form."""
    for letter in islice(letters.good(), 0, None, min(part, 5)):
        yield f"crossing: {letter[0]}"
        states = {one.state for one in post(stage, letter)}
        assert states <= {State.ACCEPTED, State.ABSORBED}, (letter[0], states)  # some say the same again
    for name, lines in {"n3": {"letters": '"n3"', "account": "true"}, "held": {"doubt": '"hold"'}}.items():
        yield f"crossing: {name}"
        agree(stage, **lines)
        for letter in islice(letters.good(), 0, None, min(part, 5)):
            post(stage, (letter[0], letter[1], letter[2].replace(b"zzqmerle.1", b"zzqmerle." + name.encode())))
    agree(stage)


def refusals(stage: Stage, part: int = 1) -> Iterator[str]:
    """Mails that break on a marked word, and recipients that nobody has."""
    for letter in islice(letters.bad(), 0, None, part):
        yield f"refusal: {letter[0]}"
        post(stage, letter)
    yield "refusal: nobody"
    for letter in islice(letters.good(), 0, None, min(part, 9)):
        post(stage, letter, "zzqpinson@passerelle.mssante.example")


def attacks(stage: Stage, part: int = 1) -> Iterator[str]:
    """The attack corpus, whose mails are marked too."""
    for attack in [one for one in corpus() if one.door in DOORS][:: part * 3 if part > 1 else 1]:
        yield f"attack: {attack.name}"
        mail = attack.build()
        try:
            post(
                stage,
                (
                    attack.name,
                    DOORS[attack.door],
                    bridge.signed_by_doctor(mail) if attack.door is Door.SIGNED else mail,
                ),
            )
        except Exception as error:  # noqa: BLE001 - what `submit` answers: too large, and such
            stage.haul.add(Place.RAISED, attack.name, repr(error))


def noises(stage: Stage, count: int = 400) -> Iterator[str]:
    """Mails with damage by chance."""
    for letter in letters.noise(count):
        yield letter[0]
        post(stage, letter)


def answers(stage: Stage, part: int = 1) -> Iterator[str]:
    """What mail servers say, with marked words in it; then days go by."""
    for network in Network:
        for reply in REPLIES[:: min(part, 4)]:
            yield f"SMTP: {network.value} says {reply[:3]}"
            stage.towns[network.other].plan.extend([reply] * 3)
            post(stage, fresh(network, reply))
            stage.settle(4)
            stage.towns[network.other].plan.clear()
    if part > SHORTEST:
        return  # days that go by are days to be sealed
    yield "SMTP: never ends"
    stage.towns[Network.MSSANTE].plan.extend(["451 4.3.0 zzqserin"] * 50)
    post(stage, fresh(Network.APICRYPT, "never"))
    stage.settle(3)
    stage.later += timedelta(days=6)  # past the last try
    stage.settle(9)
    stage.towns[Network.MSSANTE].plan.clear()


def fresh(network: Network, name: str, *fields: str) -> letters.Letter:
    """Return a letter of which there was none before."""
    told = "".join(f"{field}\r\n" for field in fields).encode()
    number = str(abs(hash((network, name)))).encode()
    if network is Network.MSSANTE:
        document = make_cda.cda().replace(b"doc-1", b"doc-" + number)
        return name, network, bridge.xdm(make_cda.xdm({"DOC0001.XML": document}), top=bridge.head(extra=told))
    text = bridge.HPRIM.replace(b"Tout va bien.", b"Tout va bien, " + number)
    part = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + text
    return name, network, bridge.signed_by_doctor(bridge.mixed(part, top=bridge.from_doctor(told)))


def receipts(stage: Stage, part: int = 1) -> Iterator[str]:
    """DSN and MDN in, which say more than they should, and those that the bridge writes of them."""
    asks = (
        f"Disposition-Notification-To: {bridge.HOSPITAL.address}",
        f"Return-Receipt-To: {bridge.HOSPITAL.address}",
        *letters.SUBJECT.splitlines(),
    )
    for action in ("failed", "delayed", "delivered", "relayed")[:: min(part, 4)]:
        yield f"receipt: DSN {action}"
        (sent,) = post(stage, fresh(Network.MSSANTE, f"dsn {action}", *asks))
        note = correspondence.dsn(sent, action, "5.1.1 zzqserin" if action == "failed" else "2.0.0")
        _came(stage, _said(note), "")
        stage.settle(6)
    for disposition in (correspondence.READ, correspondence.KO, "manual-action/zzqserin; zzqserin")[:: min(part, 3)]:
        yield f"receipt: MDN {disposition.rpartition(' ')[2]}"
        (sent,) = post(stage, fresh(Network.MSSANTE, f"mdn {disposition}", *asks))
        note = correspondence.mdn(sent, disposition, bridge.DOCTOR.address)
        _came(stage, _said(note), bridge.DOCTOR.address)
        stage.settle(6)
    yield "receipt: about nothing of ours"
    _came(stage, _said(correspondence.dsn(Delivery("0" * 32, State.READY, stage.now()), "failed")), "")


def _said(note: bytes) -> bytes:
    """Return a receipt with marked words in its text, its subject and its machine's part."""
    told = note.replace(b"So it went.", WORDS.encode()).replace(b"Subject: report", letters.SUBJECT.strip().encode())
    return told.replace(b"Action:", b"Diagnostic-Code: smtp; 550 zzqserin 14/02/1999\nError: zzqserin\nAction:")


def _came(stage: Stage, note: bytes, sender: str) -> None:
    stage.post(Network.APICRYPT, sender, bridge.HOSPITAL.alias, note.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def faults(stage: Stage, every: int = 1) -> Iterator[str]:
    """Every call of AWS that a mail makes fails, before or after its effect, and speaks of the mail."""
    for network in Network:
        stage.calls = 0
        post(stage, fresh(network, "counted"))
        count = stage.calls
        for at in range(0, count, every):
            for kind in (_refused, RuntimeError, TimeoutError)[:: 1 if every == 1 else 3]:
                yield f"fault: {network.value}, call {at}, {kind.__name__.strip('_')}"
                stage.fault = _striking(at + stage.calls, kind, stage)
                try:
                    post(stage, fresh(network, f"fault {at} {kind.__name__}"))
                except Exception as error:  # noqa: BLE001 - the edge itself was struck: submit answers 75
                    stage.haul.paths.add(type(error).__name__)
                stage.fault = None
                stage.pump()
    stage.settle()


def _striking(at: int, kind: Callable[[str], Exception], stage: Stage) -> Callable[[str, str, dict[str, Any]], None]:
    def strike(_service: str, _operation: str, params: dict[str, Any]) -> None:
        if stage.calls == at + 1:
            raise kind(f"{WORDS} {str(params)[:200]}")

    return strike


def _refused(words: str) -> Exception:
    return ClientError({"Error": {"Code": "InternalServerError", "Message": words}}, "Zzqserin")


def questions(stage: Stage) -> Iterator[str]:
    """What auditors, operators and partners ask, by the API and on the page, with marked words in it."""
    yield from asking.everything(stage)


def agree(stage: Stage, **lines: str) -> None:
    """Change the agreements, as an operator does."""
    stage.cloud.client("s3").put_object(
        Bucket="configuration", Key="agreements.toml", Body=agreements(**lines).encode()
    )
    wiring.agreements.cache_clear()


def everything(stage: Stage, part: int = 1) -> Iterable[str]:
    """Take every path, or one in `part` of each kind."""
    yield from crossings(stage, part)
    yield from refusals(stage, part)
    yield from answers(stage, part)
    yield from receipts(stage, part)
    yield from collecting.mailboxes(stage, fresh(Network.MSSANTE, "collected")[2])
    yield from faults(stage, part)
    yield from noises(stage, 400 // part)
    yield from attacks(stage, part)
    yield "seal"
    for letter in islice(letters.good(), 0, None, min(part, 5)):
        post(stage, fresh(letter[1], f"sealed {letter[0]}"))
    stage.settle()
    stage.run("seal", {})
    yield from questions(stage)
    stage.run("seal", {})
