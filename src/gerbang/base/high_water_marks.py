"""High-water marks in small files: numbers that only grow, and that outlive the database which gave them. Atomic and fsynced.

A mark is one file per name with one number in it. What a name stands for is the caller's matter, and so is that one writes at a time.
"""

import contextlib
import os
import re
from pathlib import Path
from typing import Final

from gerbang.base.errors import Unavailable

_NAME: Final = re.compile(r"[0-9a-z]{1,80}")
_NUMBER: Final = re.compile(rb"[0-9]{1,18}\n?")


class HighWaterMarkUnusable(Unavailable):
    """The file of a mark cannot be read or written, or holds something else than a number."""

    code = "mark_unusable"
    title = "A high-water mark cannot be used"


class HighWaterMarks:
    """The marks of one folder, which is made when the first is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where a mark stands."""
        assert _NAME.fullmatch(name), f"no name for a file: {name!r}"
        return self.folder / f"{name}.next"

    def read(self, name: str) -> int | None:
        """The mark; None when there is no file. Raises HighWaterMarkUnusable."""
        path = self.path(name)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error.strerror or "it cannot be read") from error
        if not _NUMBER.fullmatch(text):
            raise _unusable(path, "it holds no number")
        return int(text)

    def write(self, name: str, number: int) -> None:
        """Set the mark; on the disk, with its folder, when this returns. Raises HighWaterMarkUnusable: then the old one stands."""
        path = self.path(name)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(b"%d\n" % number)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            _sync(self.folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise _unusable(path, error.strerror or "it cannot be written") from error


def _sync(folder: Path) -> None:
    """The folder's own entry of a file is on the disk only once the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, why: str) -> HighWaterMarkUnusable:
    return HighWaterMarkUnusable(
        f"The high-water mark {path}: {why}.", hint="Let Gerbang's user write there, or set GERBANG_ADDRESS_MARKS."
    )
