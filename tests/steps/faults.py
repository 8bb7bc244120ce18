"""Faults planted between the steps and their ports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from passerelle.core.errors import UnavailableError


@dataclass
class Fault:
    """What goes wrong, once: at which call of any port, before or after it had its effect."""

    at: int
    after: bool
    kind: type[BaseException]
    calls: int = 0

    def wrap(self, port: object) -> Any:  # noqa: ANN401 - stands for any port
        return _Flaky(port, self)

    def strike(self) -> None:
        if self.kind is UnavailableError:
            raise UnavailableError("fault.planted", "Planted.")
        raise self.kind


class Wrapper(Protocol):
    """What puts something between the steps and their ports."""

    def wrap(self, port: object) -> Any:  # noqa: ANN401 - stands for any port
        """Return what stands for a port."""


class _Flaky:
    """A port of which one call fails."""

    def __init__(self, port: object, fault: Fault) -> None:
        self._port, self._fault = port, fault

    def __getattr__(self, name: str) -> object:
        return _flaky(getattr(self._port, name), self._fault)


def _flaky(method: Callable[..., object], fault: Fault) -> Callable[..., object]:
    def call(*arguments: object) -> object:
        mine, fault.calls = fault.calls, fault.calls + 1
        if mine == fault.at and not fault.after:
            fault.strike()
        result = method(*arguments)
        result = iter(list(result)) if isinstance(result, Iterator) else result
        if mine == fault.at and fault.after:
            fault.strike()
        return result

    return call


class Meanwhile:
    """A port on which something happens between one method's answer and its arrival."""

    def __init__(self, port: object, method: str, then: Callable[[Any], object]) -> None:
        self._port, self._method, self._then = port, method, then

    def __getattr__(self, name: str) -> object:
        found = getattr(self._port, name)
        return self._slow(found) if name == self._method else found

    def _slow(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = method(*arguments)
            self._then(answer)
            return answer

        return call
