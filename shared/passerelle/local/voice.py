"""What a command says, in the language of the person who runs it."""

import json
import sys
from dataclasses import dataclass, field

from rich.console import Console

from passerelle.core.errors import PasserelleError
from passerelle.core.message import Loss
from passerelle.local import phrasebook
from passerelle.local.language import Language, text
from passerelle.local.trouble import SetupError


def _errors() -> Console:
    return Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Voice:
    """A language and two consoles: results on standard output, the rest on standard error."""

    language: Language
    out: Console = field(default_factory=lambda: Console(highlight=False))
    err: Console = field(default_factory=_errors)

    def text(self, key: str, **values: object) -> str:
        """Return a sentence."""
        return text(key, self.language, **values)

    def say(self, key: str, **values: object) -> None:
        """Print a sentence."""
        self.out.print(self.text(key, **values), markup=False)

    def complain(self, error: SetupError | PasserelleError) -> None:
        """Print what went wrong, and the rule that says so."""
        if isinstance(error, SetupError):
            self.err.print(f"{self.text('error')} : {self.text(error.key, **error.values)}", markup=False)
            return
        self.err.print(
            f"{self.text(f'refused.{type(error).__name__}')}\n{self._said(error)} [{error.code}]", markup=False
        )

    def reason(self, code: str) -> str:
        """Return what a reason code means; in English it stands for itself."""
        return phrasebook.reason(code) if self.language is Language.FR else ""

    def loss(self, loss: Loss) -> Loss:
        """Return a loss in the language of the reader."""
        return phrasebook.loss(loss) if self.language is Language.FR else loss

    def _said(self, error: PasserelleError) -> str:
        return phrasebook.reason(error.code, error.text) if self.language is Language.FR else error.text

    def fail(self, name: str) -> None:
        """Print that the program itself is wrong: the name of the exception, and nothing that it says."""
        self.err.print(f"{self.text('error')} : {self.text('error.inside', name=name)}", markup=False)

    def record(self, value: object) -> None:
        """Print a value as JSON, for programs."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
