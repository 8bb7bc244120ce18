"""Verbs for who sends a mail, or wants to see what becomes of it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from passerelle.core.message import Network
from passerelle.local.verbs.options import AgreementsFile, Json, Stack

verbs = typer.Typer()


@verbs.command("demo", help="help.demo")
def _demo(
    context: typer.Context,
    output: Annotated[Path, typer.Option(help="help.demo.output")] = Path("demo-output"),
    port: Annotated[int, typer.Option(help="help.demo.port", min=0, max=65535)] = 0,
    stay: Annotated[bool, typer.Option("--stay", help="help.demo.stay")] = False,
) -> None:
    from passerelle.local.commands import demo  # noqa: PLC0415 - see verbs

    demo.run(context.obj, output, port, stay=stay)


@verbs.command("convert", help="help.convert")
def _convert(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.convert.file")],
    to: Annotated[Path | None, typer.Option(help="help.convert.to")] = None,
    as_json: Json = False,
    agreements: AgreementsFile = None,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import convert as converting  # noqa: PLC0415 - see verbs

    known = agreements_file.read(agreements) if agreements else None
    converting.run(context.obj, converting.Wish(file, to, known, as_json), datetime.now(UTC))


@verbs.command("submit", help="help.submit")
def _submit(  # noqa: PLR0917 - typer calls it by name
    recipients: Annotated[list[str], typer.Argument(help="help.submit.recipients")],
    sender: Annotated[str, typer.Option(help="help.submit.sender")],
    network: Annotated[Network, typer.Option(help="help.submit.network")] = Network.MSSANTE,
    peer: Annotated[Path | None, typer.Option(help="help.submit.peer")] = None,
    peer_host: Annotated[str, typer.Option(help="help.submit.peer-host")] = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import submit as submission  # noqa: PLC0415 - see verbs

    given = submission.Submission(network, sender, tuple(recipients))
    mail = sys.stdin.buffer.read(submission.MOST_TO_READ)
    found = bridge.find(cloud.outer(), stack)
    if peer:
        submission.admit(found.grounds, submission.Caller(peer, peer_host), sender, datetime.now(UTC))
    submission.submit(found.mailroom, given, mail)
