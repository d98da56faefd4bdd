"""
Standard streams that always work: closed ones are opened, control characters are escaped.

Text from tables, notebooks and files of others is printed, and a terminal obeys some of it.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from analysis.language.text import harmless

CLEAR = "\r\x1b[K"  # clears the line of a progress bar


class Harmless(io.TextIOBase):
    """A text stream that escapes control characters, and what its encoding lacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Return the encoding of the stream beneath."""
        return self._stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        """Write *text*; a reader that has closed the pipe does not end the program."""
        plain = text if text == CLEAR else harmless(text)
        try:
            self._stream.write(
                plain.encode(self.encoding, "backslashreplace").decode(self.encoding)
            )
        except BrokenPipeError:
            _discard(self._stream)
        return len(text)

    def flush(self) -> None:
        """Flush the stream beneath."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            _discard(self._stream)

    def isatty(self) -> bool:
        """Return whether the stream beneath is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the handle of the stream beneath."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return True."""
        return True


def _discard(stream: TextIO) -> None:
    """Send what is still written to *stream* nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed() -> None:
    """
    Open closed standard streams on the null device.

    Otherwise the next file that is opened would become standard output, for child processes too.
    """
    handle = os.open(os.devnull, os.O_RDWR)
    while handle <= 2:
        os.set_inheritable(handle, True)  # noqa: FBT003
        handle = os.open(os.devnull, os.O_RDWR)
    os.close(handle)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


@contextmanager
def harmless_streams() -> Iterator[None]:
    """Replace standard output and error by streams that escape control characters."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (Harmless(stream) for stream in before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before
