"""An index of another version, or half of one, is not read: the pages wait for the new one, and nobody hangs."""

from __future__ import annotations

import json
import shutil

import pytest

from matcher.home import Home
from tests.support import make_home, therapist


@pytest.mark.parametrize("part", ["format", "vocabulary"])
def test_an_index_of_another_version_is_none_until_it_is_built_anew(part, tmp_path):
    """Its arrays may lack what this version looks for."""
    home = make_home([therapist("a", bio="I listen first, and slowly.")], tmp_path / "home")
    home.update_index()
    home.directory.close()
    path = home.index_root / (home.index_root / "CURRENT").read_text() / "meta.json"
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, part: 1}))
    again = Home(home.path)
    assert again.latest_index() is None
    assert again.update_index().size == 1
    assert again.latest_index() is not None
    again.directory.close()


@pytest.mark.parametrize(
    "missing",
    ["*/meta.json", "*/ids.json", "*/packed.npy", "*/about.npy", "slots", "slots/*/reference-*.npz"]
    + [f"slots/*/{name}" for name in ("entries.bin", "wholes.i8", "passages.i8", "dimensions")],
)
def test_an_index_that_lacks_a_file_is_none_until_it_is_built_anew(missing, tmp_path):
    """A copy made half way, or a folder that somebody tidied, is mended by `matcher index`, and no server waits."""
    home = make_home([therapist("a", bio="I listen first, and slowly. We look at what keeps you awake.")], tmp_path)
    before = home.update_index()
    home.directory.close()
    found = list(home.index_root.glob(missing))
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    again = Home(home.path)
    assert found
    assert again.latest_index() is None
    assert not again.index_is_current()
    mended = again.update_index()
    assert mended.ids == before.ids
    assert mended.arrays["about"].tolist() == before.arrays["about"].tolist()
    again.directory.close()
