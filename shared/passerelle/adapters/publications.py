"""What `refresh` alone needs: the web, and the names of all that it looks at; and what it says of a run."""

from functools import cache

from aws_lambda_powertools.metrics import MetricUnit

from passerelle.adapters import telemetry, wiring
from passerelle.adapters.web import HttpWeb
from passerelle.core.message import Network
from passerelle.steps.refresh import Round
from passerelle.steps.refresh.ports import RefreshDesk, Sources


@cache
def desk() -> RefreshDesk:
    """Return the desk of `refresh`."""
    settings = wiring.settings()
    return RefreshDesk(
        clock=wiring.now,
        web=HttpWeb(),
        bulletins=wiring.bulletins(),
        keyring=wiring.keyring(),
        sources=Sources(
            wiring.revocation_lists(), settings.white_list, frozenset(settings.white_list_signers), wiring.MSSANTE
        ),
        anchors=(*(f"relay.{network.value}" for network in Network), wiring.SMIME),
        certificates=_certificates,
    )


def _certificates() -> tuple[str, ...]:
    people = wiring.agreements().book().people.values()
    return tuple(sorted({one.certificate for one in people if one.certificate}))


def tell(made: Round) -> None:
    """Log and count what a run found: places in the configuration bucket, and never a name in a certificate."""
    for place, code in made.faults:
        telemetry.logger.warning("not refreshed", extra={"place": _place(place), "fault": code})
    telemetry.count("NotRefreshed", len(made.faults))
    for days, labels in made.due.items():
        telemetry.count(f"EndsIn{days}Days" if days else "Ended", len(labels))
        for label in labels:
            telemetry.logger.warning("runs out", extra={"place": _place(label), "days": days})
    if made.white_list_age is not None:
        telemetry.metrics.add_metric("WhiteListAge", MetricUnit.Seconds, made.white_list_age.total_seconds())
        telemetry.metrics.add_metric("WhiteListDomains", MetricUnit.Count, made.domains)


def _place(label: str) -> str:
    """Return a label without the name of a person: which certificate it is stands in the configuration bucket."""
    return "certificates" if label.startswith("certificates/") else label
