"""The whole bridge between two pretend towns, on this machine: opened, used, closed without a trace."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from passerelle.adapters.agreements import Book
from passerelle.core.message import Network
from passerelle.local.cloud import clients as cloud
from passerelle.local.cloud import deployment, emulator
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.commands import agreements
from passerelle.local.towns import announcements, papers
from passerelle.local.towns.papers import Papers
from passerelle.local.towns.publisher import Page, publishing
from passerelle.local.towns.town import Town, open_town
from passerelle.local.trouble import SetupError

AGREEMENTS = Path("examples", "agreements.toml")
SEALED_AT_ONCE = {"SealDelayMinutes": "0"}  # nothing runs any more when it is sealed


@dataclass(frozen=True, slots=True)
class World:
    """A bridge, the town at each of its ends, and everybody's papers."""

    bridge: Bridge
    towns: Mapping[Network, Town]
    book: Book
    papers: Papers


def checkout() -> Path:
    """Return the folder of this checkout: the bridge is deployed from its template."""
    root = Path(__file__).resolve().parents[4]
    if not (root / "template.yaml").exists():
        raise SetupError("setup.checkout")
    return root


@contextmanager
def opened(root: Path, folder: Path, port: int = 0, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[World]:
    """Open the world; `folder` is for what the emulator writes, `port` 0 for any that is free, `more` parameters."""
    command = emulator.executable(root)
    book = agreements.read(root / AGREEMENTS)
    issued = papers.issue(book.people.values(), datetime.now(UTC))
    with ExitStack() as stack:
        towns = {network: stack.enter_context(_town(network, book, issued)) for network in Network}
        endpoint = stack.enter_context(emulator.running(command, folder, port))
        published = stack.enter_context(_published(book, issued))
        given = {**_relays(towns), **published, **SEALED_AT_ONCE, **more}
        bridge = deployment.deploy(root, cloud.local(endpoint), given)
        _furnish(bridge, (root / AGREEMENTS).read_bytes(), issued)
        if bridge.invoke("refresh")["faults"]:
            raise SetupError("setup.refresh", log=folder / "ministack.log")
        yield World(bridge, towns, book, issued)


@contextmanager
def _town(network: Network, book: Book, issued: Papers) -> Iterator[Town]:
    """Run a town: MSSanté asks for a certificate of its authority, Apicrypt does not."""
    residents = [one.address for one in book.people.values() if one.network is network]
    anchors = issued.anchors[network] if network is Network.MSSANTE else None
    with open_town(network.value, residents, issued.towns[network], anchors) as town:
        yield town


@contextmanager
def _published(book: Book, issued: Papers) -> Iterator[dict[str, str]]:
    """Publish revocation lists and the white list, in which the MSSanté town stands for each of its domains."""
    with publishing() as clear, publishing(issued.publisher) as secure:
        clear.pages = {f"/{network.value}.crl": Page(content) for network, content in issued.revocations.items()}
        addresses = [one.address for one in book.people.values() if one.network is Network.MSSANTE]
        name = announcements.name(issued.towns[Network.MSSANTE])
        entries = [announcements.Entry(domain, name) for domain in {one.rpartition("@")[2] for one in addresses}]
        content = announcements.white_list(sorted(entries, key=str), datetime.now(UTC))
        secure.pages = {"/liste.xml": Page(announcements.signed_by(content, issued.signer))}
        yield {
            "MssanteCrls": f"{clear.base}/{Network.MSSANTE.value}.crl",
            "ApicryptCrls": f"{clear.base}/{Network.APICRYPT.value}.crl",
            "WhiteList": f"{secure.base}/liste.xml",
            "WhiteListSigners": papers.SIGNER,
        }


def _relays(towns: Mapping[Network, Town]) -> dict[str, str]:
    return {
        "MssanteRelay": f"127.0.0.1:{towns[Network.MSSANTE].port}",
        "MssanteRelayTls": "operator",
        "ApicryptRelay": f"127.0.0.1:{towns[Network.APICRYPT].port}",
        "ApicryptRelayTls": "starttls",
    }


def _furnish(bridge: Bridge, agreements_toml: bytes, issued: Papers) -> None:
    """Put in what an operator puts in: agreements, certificates, anchors, the bridge's own identities."""
    bridge.publish("agreements.toml", agreements_toml)
    for name, person in issued.people.items():
        bridge.publish(f"certificates/{name}.pem", person.chain)
    bridge.publish("anchors/apicrypt.pem", issued.anchors[Network.APICRYPT])
    for network, anchor in issued.anchors.items():
        bridge.publish(f"anchors/relay.{network.value}.pem", anchor)
    bridge.entrust("apicrypt", issued.bridge)
    bridge.entrust("relay.mssante", issued.client)
    bridge.store("seal", {"name": papers.LOG, "key": issued.seal.decode()})
