"""What `seal` writes, other people's tools read: aics-tlog (Python 3.12), and whatever verifies C2SP logs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.receipts import note, slip
from passerelle.core.receipts.verification import Trust, verify
from tests.steps.sealing import KEY, Registry

TRUST = Trust((KEY.verifier,))


def test_another_implementation_reads_a_whole_archive() -> None:
    aics_tlog = pytest.importorskip(
        "aics_tlog", reason="NOT CHECKED: aics-tlog needs Python 3.12 (make test PYTHON=python3.13)"
    )
    registry = Registry()
    for deliveries in (100, 1, 250):
        registry.happen(deliveries)
        registry.seal()
    files = registry.archive.files
    reader, key = aics_tlog.MemoryTileReader(files), aics_tlog.parse_vkey(KEY.verifier.text())
    points = [files[name] for name in sorted(files) if name.startswith("checkpoints/")]
    found = [aics_tlog.verify_checkpoint(aics_tlog.parse_note(point), key) for point in points]
    assert all(one.ok for one in found)
    assert [one.size for one in found] == [300, 303, 1053]
    newest = found[-1]
    assert aics_tlog.tree_root_from_tiles(reader, newest.size) == newest.root
    for earlier in found[:-1]:
        proof = aics_tlog.consistency_proof_from_tiles(reader, earlier.size, newest.size)
        assert aics_tlog.verify_consistency(earlier.size, newest.size, earlier.root, newest.root, proof)
    entries = registry.sealed()
    for index in (0, 299, 300, 511, 512, 1052):
        assert aics_tlog.read_entry(reader, index, newest.size) == entries[index]
        proof = aics_tlog.inclusion_proof_from_tiles(reader, index, newest.size)
        assert aics_tlog.verify_leaf_inclusion(entries[index], index, newest.size, proof, newest.root)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(0, 90)), min_size=1, max_size=6), st.data())
def test_whatever_happens_is_sealed_and_proven_and_so_is_each_slip(
    hours: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    registry = Registry()
    for deliveries, steps, minutes in hours:
        registry.happen(deliveries, steps)
        registry.clock.forward(minutes=minutes)
        registry.seal()
    registry.seal()
    everything = registry.everything()
    assert set(registry.sealed()) == everything
    if not everything:
        return
    report = verify(registry.archive, TRUST)
    assert (report.wrong, report.size) == (None, len(everything))
    name = data.draw(st.sampled_from(sorted(registry.ledger._events)))
    point, _, _ = slip.newest(registry.archive, KEY.verifier)
    assert point == note.Checkpoint(point.origin, report.size, report.root)
    found = slip.locate(registry.archive, registry.ledger.history(name), point.size)
    assert slip.check(slip.made(registry.archive, found, KEY.verifier), TRUST).events == registry.ledger.history(name)
