"""Names from outside, plain files only, and writing that is whole or not at all."""

import os
import subprocess
import sys

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


def test_writing_removes_what_a_killed_writer_left(tmp_path):
    """Of the same file only, and not what a living process writes just now."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mark = f"{dead.pid}-0123456789ab.tmp"
    for name in (f".a.json.{mark}", f".b.json.{mark}", f".a.json.{os.getppid()}-{'0' * 12}.tmp"):
        (tmp_path / name).write_bytes(b"half")

    files.write(tmp_path / "a.json", b"new")

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f".a.json.{os.getppid()}-{'0' * 12}.tmp", f".b.json.{mark}", "a.json"]
    )


@pytest.mark.parametrize("name", ["a", "2_trend-zh.svg", "空 格 (é) 'q' {b} %20 $HOME", "x" * 150])
def test_a_plain_name_is_taken(name):
    """Blanks, accents, quotes, braces and Chinese do no harm."""
    assert files.is_plain(name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", ".hidden", "a.", "a ", " a", "a/b", "a\\b", "/etc/passwd", "c:x", "a\0b",
        "a\nb", "a\x1b[2J", "a\x85", "a\u2028b", "\ud800", "con", "NUL.txt", "com1.csv", "x" * 151,
        "安" * 51, "a?", "a*", "a|b", 'a"b', "<a>", "con .csv", "COM¹", "lpt².txt", "CONIN$",
        "a\u202egnp.svg", "a\u200b", "a\u2066b", "\ufeffa", "a\xadb",
    ],
)  # fmt: skip
def test_any_other_name_is_refused(name):
    """Paths, control characters, devices of Windows, half characters, what is too long."""
    assert not files.is_plain(name)


@pytest.mark.parametrize("name", ["../x", "a/../b", "/x", "a//b", "link/x", "a/./b", "a\\b", ""])
def test_a_path_stays_below_its_folder(tmp_path, name):
    """Neither upward nor through a link."""
    (tmp_path / "link").symlink_to("/")

    assert files.below(tmp_path, "a/b.csv") == tmp_path / "a" / "b.csv"
    with pytest.raises(ValueError, match=r"below|link"):
        files.below(tmp_path, name)


def test_only_a_plain_file_of_limited_size_is_read(tmp_path):
    """A pipe, a device, a folder, a link, nothing, and what is larger: nothing is read."""
    plain, pipe, link = (tmp_path / name for name in ("plain", "pipe", "link"))
    plain.write_bytes(b"12345")
    os.mkfifo(pipe)
    link.symlink_to(plain)

    assert files.read(plain) == b"12345"
    assert files.read(plain, 5) == b"12345"
    assert files.read(plain, 4) is None
    for path in (pipe, link, tmp_path, tmp_path / "none", tmp_path / "a\0b"):
        assert files.read(path) is None
    assert files.read(type(plain)("/dev/zero")) is None


def test_the_checksum_follows_a_link_and_needs_a_plain_file(tmp_path):
    """A table may be a link to a file; a pipe has no content that could be known."""
    (tmp_path / "plain").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    os.mkfifo(tmp_path / "pipe")

    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert files.checksum(tmp_path / "link") == empty
    for name in ("pipe", "none", ""):
        assert files.checksum(tmp_path / name) == ""
