"""Files that are written whole or not at all."""

import pytest

from profiles.whole_files import FOR_ITS_OWNER, FOR_READING, replace_text, replacing


def mode(path):
    """Who may read a file."""
    return path.stat().st_mode & 0o777


def test_a_text_takes_the_place_of_the_one_before(tmp_path):
    """What was there is gone, what is there is in UTF-8, and nothing lies beside it."""
    path = tmp_path / "a.txt"
    replace_text(path, "before")
    replace_text(path, "nach\nher é")
    assert path.read_bytes() == "nach\nher é".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("there", [b"before", None])
def test_after_an_error_half_way_the_file_is_as_it_was(tmp_path, there):
    """Half a file is never seen, neither in its place nor beside it."""
    path = tmp_path / "a.txt"
    if there is not None:
        path.write_bytes(there)

    def broken():
        with replacing(path) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert (path.read_bytes() if path.exists() else None) == there
    assert [one.name for one in tmp_path.iterdir()] == ([] if there is None else ["a.txt"])


def test_until_it_is_whole_readers_see_the_one_before(tmp_path):
    """A reader in between reads what was there."""
    path = tmp_path / "a.txt"
    replace_text(path, "before")
    with replacing(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_text() == "before"
    assert path.read_text() == "after"


def test_a_file_is_for_its_owner_alone_unless_said_otherwise(tmp_path):
    """Whoever could read the file before does not matter."""
    path = tmp_path / "a.txt"
    path.touch(FOR_READING)
    replace_text(path, "mine")
    assert mode(path) == FOR_ITS_OWNER
    replace_text(path, "everybody's", FOR_READING)
    assert mode(path) == FOR_READING


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    """Nothing is made up on the way."""
    with pytest.raises(FileNotFoundError):
        replace_text(tmp_path / "no" / "a.txt", "x")
    assert list(tmp_path.iterdir()) == []
