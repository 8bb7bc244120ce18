"""Verbs for who prepares the bridge."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from passerelle.local.verbs.options import AgreementsFile, Json

verbs = typer.Typer()


@verbs.command("agreements", help="help.agreements")
def _agreements(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.agreements.file")],
    directory: Annotated[Path | None, typer.Option(help="help.agreements.directory")] = None,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see verbs

    agreements_file.check(context.obj, file, directory)


@verbs.command("codes", help="help.codes")
def _codes(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="help.codes.folder")],
    agreements: AgreementsFile = None,
    as_json: Json = False,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import codes  # noqa: PLC0415 - see verbs

    known = agreements_file.read(agreements) if agreements else None
    codes.run(context.obj, folder, known, datetime.now(UTC), as_json=as_json)
