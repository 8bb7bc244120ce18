"""Every kind of CMS message that others make is opened or refused on purpose, and ours are opened by others."""

from pathlib import Path

import pytest

from tests.matrix.kinds import OPENED, Desk, Kind
from tests.matrix.table import KINDS


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(Path(tmp_path_factory.mktemp("matrix")))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.maker} → {kind.opener}: {kind.name}")
def test_a_kind_of_message_comes_out_as_it_must(kind: Kind, desk: Desk) -> None:
    assert kind.run(desk) == kind.expected


def test_every_kind_is_named_once_and_both_directions_are_there() -> None:
    assert len({(kind.name, kind.maker, kind.opener) for kind in KINDS}) == len(KINDS)
    for maker, opener in (("openssl", "bridge"), ("pyHanko", "bridge"), ("bridge", "openssl"), ("bridge", "pyHanko")):
        assert sum((kind.maker, kind.opener) == (maker, opener) for kind in KINDS) >= 10
    assert sum(kind.expected != OPENED for kind in KINDS) >= 30
