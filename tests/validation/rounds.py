"""All that is written for MSSanté, to be checked: HPRIM samples, crossed CDA samples, generated HPRIM messages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, Phase, given, seed, settings

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Letters, Message
from passerelle.core.networks import mssante
from tests.core.documents.synthetic import DISPATCH
from tests.core.documents.wild_hprim import Wild, hprim_messages
from tests.core.networks import crossing
from tests.validation.agency import SAMPLES

_BATCH = 10  # examples that hypothesis draws from one seed: it repeats itself in long runs
_HEADER = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"
_DRAWING = settings(
    database=None, phases=[Phase.generate], deadline=None, derandomize=False, suppress_health_check=list(HealthCheck)
)


@dataclass(frozen=True, slots=True)
class Round:
    """One mail for MSSanté, where it came from, and what it could not carry; or the code of a refusal."""

    source: str
    form: str
    package: bytes = b""
    losses: tuple[str, ...] = ()
    refusal: str = ""


def hprim_samples() -> Iterator[Round]:
    """Yield what becomes of each HPRIM sample; one without header gets a header."""
    for sample in sorted((SAMPLES / "hprim").glob("*.hpr")):
        content = sample.read_bytes()
        whole = _HEADER.encode() + content if content.startswith(b"RES|") else content
        yield from from_hprim(whole, f"HPRIM samples/{sample.stem}")


def crossed_samples() -> Iterator[Round]:
    """Yield what becomes of each French XDM sample that went to Apicrypt and came back."""
    for sample in sorted((SAMPLES / "xdm").glob("*.zip")):
        source = f"XDM samples, there and back/{sample.stem}"
        try:
            messages = [crossing.by_hprim(one).between for one in crossing.read_xdm(sample.read_bytes())]
        except (MalformedError, UnsupportedError) as error:
            yield Round(source, "", refusal=error.code)
            continue
        for message in messages:
            yield from _written(source, message)


def generated(count: int, first_seed: int) -> Iterator[Round]:
    """Yield what becomes of distinct generated HPRIM files, until `count` of them."""
    seen: set[bytes] = set()
    number = first_seed
    while len(seen) < count:
        for wild in drawn(number, min(_BATCH, count)):
            if wild.content not in seen and len(seen) < count:
                seen.add(wild.content)
                yield from from_hprim(wild.content, f"generated HPRIM/seed {number}")
        number += 1


def drawn(number: int, count: int) -> list[Wild]:
    """Return HPRIM files that one seed draws."""
    found: list[Wild] = []

    @seed(number)
    @settings(_DRAWING, max_examples=count)
    @given(hprim_messages())
    def keep(wild: Wild) -> None:
        found.append(wild)

    keep()
    return found


def from_hprim(content: bytes, source: str) -> Iterator[Round]:
    """Yield the mails of an HPRIM file, one a patient, its letters in each form."""
    try:
        messages = tuple(crossing.read_hprim(content))
    except (MalformedError, UnsupportedError) as error:
        yield Round(source, "", refusal=error.code)
        return
    for message in messages:
        yield from _written(source, message)


def _written(source: str, message: Message) -> Iterator[Round]:
    """Yield a message as a mail; where it holds a letter, in both forms of letters."""
    forms = Letters if any(not document.results for document in message.documents) else (Letters.N1,)
    for letters in forms:
        try:
            written = mssante.write(message, replace(DISPATCH, letters=letters))
        except (MalformedError, UnsupportedError) as error:
            yield Round(source, letters.value, refusal=error.code)
        else:
            losses = tuple(loss.what for loss in written.losses)
            yield Round(source, letters.value, crossing.zipped(written.mail), losses)
