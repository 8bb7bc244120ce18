"""What trust stands on now: anchors of the keyring, and what `refresh` has kept; read again where it has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.trust import ground, white_list
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.white_list import Kept, WhiteList
from passerelle.steps.ports import Keyring
from passerelle.steps.refresh import LIST, lists
from passerelle.steps.refresh.ports import Bulletins


@dataclass(frozen=True, slots=True)
class Grounds:
    """Grounds by the name of their anchors, and the white list."""

    keyring: Keyring
    bulletins: Bulletins
    crls: Mapping[str, tuple[str, ...] | None]  # by the name of the anchors; None: revocation is not looked at
    _read: dict[str, tuple[tuple[bytes, ...], Any]] = field(default_factory=dict, repr=False)

    def of(self, name: str) -> Ground:
        """Return the ground of a network."""
        revoked = b"" if self.crls[name] is None else self.bulletins.read(lists(name))
        enforced = self.crls[name] is not None
        found: Ground = self._fresh(
            name,
            (self.keyring.anchors(name), revoked),
            lambda authorities, pem: ground.load(authorities, pem if enforced else None),
        )
        return found

    def white_list(self, now: datetime) -> WhiteList:
        """Return the white list; UnavailableError `trust.list-missing` or `trust.list-stale` where it is of no use."""
        content = self.bulletins.read(LIST)
        if not content:
            raise UnavailableError("trust.list-missing", "The white list was not fetched yet.")
        kept: Kept = self._fresh(LIST, (content,), white_list.load)
        return kept.believed(now)

    def _fresh(self, name: str, sources: tuple[bytes, ...], read: Callable[..., Any]) -> Any:  # noqa: ANN401 - what is read
        before = self._read.get(name)
        if before is None or before[0] != sources:
            try:
                before = self._read[name] = (sources, read(*sources))
            except MalformedError as error:  # the mail is not to blame: it waits
                raise UnavailableError(error.code, error.text) from error
        return before[1]
