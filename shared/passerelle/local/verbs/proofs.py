"""Verbs for who must prove, or forget."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from passerelle.core.receipts.export import Form
from passerelle.local.verbs.options import By, Json, Stack

verbs = typer.Typer()


@verbs.command("slip", help="help.slip")
def _slip(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="ID", help="help.deliveries.id")],
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
    to: Annotated[Path | None, typer.Option(help="help.slip.to")] = None,
    archive: Annotated[Path | None, typer.Option(help="help.slip.archive")] = None,
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local import exports  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import slip  # noqa: PLC0415 - see verbs

    if archive:
        slip.run(context.obj, slip.Source(exports.opened(archive), delivery), to)
        return
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import deliveries  # noqa: PLC0415 - see verbs

    here = bridge.find(cloud.outer(), stack)
    found = deliveries.find(here.ledger, deliveries.Wish(delivery, (day or datetime.now(UTC)).date()))
    slip.run(context.obj, slip.Source(here.archive, found.id, here.ledger.history(found.id)), to)


@verbs.command("export", help="help.export")
def _export(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    day: Annotated[datetime, typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help="help.export.day")],
    form: Annotated[Form, typer.Option(help="help.export.form")] = Form.CSV,
    to: Annotated[Path | None, typer.Option(help="help.export.to")] = None,
    author: By = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import export, page  # noqa: PLC0415 - see verbs

    desk, _ = page.desks(bridge.find(cloud.outer(), stack))()
    export.run(context.obj, export.Wish(day.date(), form, to), desk, page.who(author))


@verbs.command("statistics", help="help.statistics")
def _statistics(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="[MONTH]", help="help.statistics.month")] = "",
    author: By = "",
    as_json: Json = False,
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import page, statistics  # noqa: PLC0415 - see verbs

    desk, _ = page.desks(bridge.find(cloud.outer(), stack))()
    wanted = month or f"{datetime.now(UTC):%Y-%m}"
    statistics.run(context.obj, desk, page.who(author), wanted, as_json=as_json)


@verbs.command("verify", help="help.verify")
def _verify(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="help.verify.path")],
    key: Annotated[list[str] | None, typer.Option(help="help.verify.key")] = None,
    known: Annotated[Path | None, typer.Option(help="help.verify.known")] = None,
    authorities: Annotated[Path | None, typer.Option(help="help.verify.authorities")] = None,
    as_json: Json = False,
) -> int:
    from passerelle.local import verifier  # noqa: PLC0415 - see verbs

    wish = verifier.Wish(path, tuple(key or ()), known, authorities, as_json)
    return verifier.run(wish, context.obj.language)


@verbs.command("forget", help="help.forget")
def _forget(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="[MONTH]", help="help.forget.month")] = "",
    author: By = "",
    force: Annotated[bool, typer.Option("--force", help="help.forget.force")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="help.forget.yes")] = False,
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import forget  # noqa: PLC0415 - see verbs
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see verbs
    from passerelle.steps.forget import Order  # noqa: PLC0415 - see verbs

    order = Order(month, Author(author), force) if month else None
    found = bridge.find(cloud.outer(), stack)
    if order is None:
        forget.show(context.obj, found)
    else:
        forget.run(context.obj, found, order, sure=sure)
