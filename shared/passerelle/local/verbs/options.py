"""Options that several verbs take; the help of each is its key in the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="help.json")]
Stack = Annotated[str, typer.Option(envvar="PASSERELLE_STACK", help="help.stack")]
By = Annotated[str, typer.Option("--by", envvar="PASSERELLE_OPERATOR", help="help.by")]
AgreementsFile = Annotated[Path | None, typer.Option("--agreements", help="help.agreements.option")]
