"""What `collect` alone needs: the mailboxes; and what it says of a run."""

from functools import cache

from passerelle.adapters import telemetry, wiring
from passerelle.adapters.guard import PeerGuard
from passerelle.adapters.mailbox import Access, ImapMailbox
from passerelle.adapters.register import DynamoRegister
from passerelle.core.mail.prescan import LARGEST_MAIL
from passerelle.core.message import Network
from passerelle.steps.collect import Round
from passerelle.steps.collect.ports import CollectDesk, Source


@cache
def desk() -> CollectDesk:
    """Return the desk of `collect`."""
    return CollectDesk(
        clock=wiring.now,
        mailroom=wiring.mailroom(),
        sources=tuple(source for network in Network if (source := _source(network))),
        is_alias=lambda network, address: (network, address.casefold()) in wiring.agreements().book().aliases,
        largest=min(LARGEST_MAIL, wiring.settings().largest_mail_mib << 20),
        mint=wiring.mint,
        diary=DynamoRegister(wiring.ledger().client, wiring.ledger().table),
        kept=wiring.retention(),
    )


def _source(network: Network) -> Source | None:
    """Return the mailbox of a network, where there is one."""
    given = wiring.settings().mailbox(network)
    if given is None:
        return None
    anchors = f"relay.{network.value}"  # who certifies the servers of a network certifies all of them
    access = Access(given.place, given.tls, given.user, given.login, anchors, f"mailbox.{network.value}")
    guard = PeerGuard(wiring.grounds(), wiring.MSSANTE, wiring.now) if network is Network.MSSANTE else None
    return Source(network, ImapMailbox(access, wiring.keyring(), guard), given.user, given.field)


def tell(made: Round) -> None:
    """Log and count what a run did: where a mail lies in its mailbox, and nothing of the mail."""
    for network, name, code in made.left:
        telemetry.logger.warning("left in the mailbox", extra={"network": network.value, "uid": name, "fault": code})
    for network, code in made.faults:
        telemetry.logger.warning("not collected", extra={"network": network.value, "fault": code})
    telemetry.count("Collected", made.taken)
    telemetry.count("NotCollected", len(made.faults))
    telemetry.count("LeftInMailbox", made.waiting_for_a_person)
