"""Verbs for who looks after deliveries."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from passerelle.core.receipts.lifecycle import State
from passerelle.local.verbs.options import By, Json, Stack

verbs = typer.Typer()


@verbs.command("deliveries", help="help.deliveries")
def _deliveries(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="[ID]", help="help.deliveries.id")] = "",
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
    as_json: Json = False,
    follow: Annotated[bool, typer.Option("--follow", help="help.deliveries.follow")] = False,
    days: Annotated[int, typer.Option(help="help.deliveries.days", min=1, max=400)] = 1,
    state: Annotated[State | None, typer.Option(case_sensitive=False, help="help.deliveries.state")] = None,
    reason: Annotated[str, typer.Option(help="help.deliveries.reason")] = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import deliveries as tracking  # noqa: PLC0415 - see verbs

    when: date = (day or datetime.now(UTC)).date()
    wish = tracking.Wish(delivery, when, as_json, follow, days, state, reason)
    tracking.run(context.obj, wish, bridge.find(cloud.outer(), stack).ledger)


def _decision(decision: str, words: str) -> None:
    @verbs.command(decision, help=words)
    def _decide(
        context: typer.Context,
        delivery: Annotated[str, typer.Argument(metavar="ID", help="help.deliveries.id")],
        author: By,
        day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
        stack: Stack = "passerelle",
    ) -> None:
        from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
        from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
        from passerelle.local.commands import decide, deliveries  # noqa: PLC0415 - see verbs
        from passerelle.steps.decide import Author, Decision  # noqa: PLC0415 - see verbs

        wish = deliveries.Wish(delivery, (day or datetime.now(UTC)).date())
        chosen = decide.Chosen(Decision(decision), wish, Author(author))
        decide.run(context.obj, bridge.find(cloud.outer(), stack), chosen)


for _named in (("hold", "help.hold"), ("release", "help.release"), ("retry", "help.retry"), ("refuse", "help.refuse")):
    _decision(*_named)


@verbs.command("dead-letters", help="help.dead-letters")
def _dead_letters(
    context: typer.Context,
    replay: Annotated[bool, typer.Option("--replay", help="help.dead-letters.replay")] = False,
    author: By = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import decide  # noqa: PLC0415 - see verbs
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see verbs

    decide.replay(context.obj, bridge.find(cloud.outer(), stack), Author(author) if replay else None)


@verbs.command("page", help="help.page")
def _page(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="help.page.port", min=0, max=65535)] = 0,
    author: By = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see verbs
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see verbs
    from passerelle.local.commands import page  # noqa: PLC0415 - see verbs
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see verbs

    page.run(context.obj, bridge.find(cloud.outer(), stack), port, Author(author).name if author else "")
