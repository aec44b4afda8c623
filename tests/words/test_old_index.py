"""An index of another version is not read: the pages wait for the new one, and nobody hangs."""

from __future__ import annotations

import json

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
