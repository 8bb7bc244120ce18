"""What `translate` alone needs: the locks and the forms of both networks, which take time to load."""

from functools import cache

from passerelle.adapters import wiring
from passerelle.adapters.cipher import ChannelCipher, SmimeCipher
from passerelle.adapters.scanner import ClamdScanner, NoScanner
from passerelle.core.message import Network
from passerelle.core.networks import apicrypt, mssante
from passerelle.core.policy import Lock
from passerelle.steps.ports import Cipher, Scanner, TranslateDesk

SMIME = wiring.SMIME


@cache
def ciphers() -> dict[Lock, Cipher]:
    """Return the locks."""
    return {Lock.SMIME: SmimeCipher(wiring.keyring(), SMIME, SMIME, wiring.grounds()), Lock.CHANNEL: ChannelCipher()}


@cache
def scanner() -> Scanner:
    """Return the virus scanner, or what stands where there is none."""
    address = wiring.settings().clamd
    return ClamdScanner(address) if address else NoScanner()


def desk() -> TranslateDesk:
    """Return the desk of `translate`, with the bridge as the agreements name it now."""
    return TranslateDesk(
        **wiring.basics(),
        chance=wiring.chance,
        agreements=wiring.known_agreements(),
        ciphers=ciphers(),
        scanner=scanner(),
        forms={Network.APICRYPT: apicrypt, Network.MSSANTE: mssante},
        bridge=wiring.agreements().book().bridge,
    )
