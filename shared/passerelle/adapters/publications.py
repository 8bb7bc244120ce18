"""What `refresh` alone needs: the web, and the names of all that it looks at; and what it says of a run."""

from functools import cache

from aws_lambda_powertools.metrics import MetricUnit

from passerelle.adapters import ends, telemetry, wiring
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
            wiring.revocation_lists(),
            settings.white_list,
            frozenset(settings.white_list_signers),
            wiring.MSSANTE,
            settings.directory,
        ),
        anchors=(*(f"relay.{network.value}" for network in Network), wiring.SMIME),
        certificates=_certificates,
        correspondents=lambda: wiring.agreements().book().on_mssante,
        settled=lambda: wiring.known_agreements().book().demand_settled(),
    )


def _certificates() -> tuple[str, ...]:
    people = wiring.agreements().book().people.values()
    return tuple(sorted({one.certificate for one in people if one.certificate}))


def tell(made: Round) -> None:
    """Log and count what a run found: places in the configuration bucket, and never a name in a certificate."""
    for label, code in made.faults:
        telemetry.logger.warning("not refreshed", extra={"place": ends.place(label), "fault": code})
    telemetry.count("NotRefreshed", len(made.faults))
    ends.tell(made.due)
    if made.directory_age is not None:
        telemetry.metrics.add_metric("DirectoryAge", MetricUnit.Seconds, made.directory_age.total_seconds())
    if made.white_list_age is not None:
        telemetry.metrics.add_metric("WhiteListAge", MetricUnit.Seconds, made.white_list_age.total_seconds())
        telemetry.metrics.add_metric("WhiteListDomains", MetricUnit.Count, made.domains)
