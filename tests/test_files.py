"""Writing a file is atomic."""

import pytest

from analysis import files


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    """A failed write leaves the old file and nothing beside it."""
    path = tmp_path / "a.json"
    files.write(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(path, b"new")

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
