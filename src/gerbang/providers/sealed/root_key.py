"""The root key: 32 bytes, base64, in a file outside the database that only its owner can read. No database here."""

import base64
import binascii
import contextlib
import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gerbang.base.crypto import KEY_BYTES, digest, joined, new_key
from gerbang.base.errors import Unavailable

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class RootKeyUnusable(Unavailable):
    """There is no usable root key: without it no sealed secret can be read or written."""

    code = "root_key_unusable"
    title = "The root key cannot be used"


@dataclass(frozen=True, slots=True)
class RootKey:
    """The key and its fingerprint; the fingerprint may be told and stands in the database."""

    key: bytes = field(repr=False)
    fingerprint: str


def ensure_root_key(path: Path, *, create: bool) -> RootKey:
    """The root key in `path`; with `create`, one is made (0600, durable) if the file is not there.

    Raises RootKeyUnusable: missing, readable by others, or not 32 bytes in base64.
    """
    try:
        if not path.exists():
            if not create:
                raise _missing(path)
            _make(path)
        if path.is_dir():
            raise RootKeyUnusable(
                f"{path} is a folder, and the root key is a file.", hint=f"Name the file in it: {path / 'root.key'}."
            )
        if path.stat().st_mode & _OTHERS:
            raise RootKeyUnusable(f"{path} can be used by other accounts.", hint=f"chmod 600 {path}")
        text = path.read_bytes().strip()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise RootKeyUnusable(
            f"The root key {path} cannot be {'made' if create else 'read'}: {why}.", hint=_cure(error, path)
        ) from None
    return _read(path, text)


def _missing(path: Path) -> RootKeyUnusable:
    cure = "Put it back from where you keep it; a new installation makes one by `gerbang secrets init`."
    return RootKeyUnusable(f"There is no root key at {path}.", hint=cure)


def _cure(error: OSError, path: Path) -> str:
    if error.errno in (errno.EROFS, errno.ENOSPC):
        return "Name a file on a disk that can be written in GERBANG_ROOT_KEY_FILE, or free the disk."
    return f"Let this account (user {os.geteuid()}) reach it: chown {os.geteuid()} {path}, and its folder; or correct GERBANG_ROOT_KEY_FILE."


def _read(path: Path, text: bytes) -> RootKey:
    cure = "Put the file back from your backup, unchanged; what was sealed with a key can be read with no other."
    if not text:
        raise RootKeyUnusable(f"The root key file {path} is empty.", hint=cure)
    try:
        return root_key(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise RootKeyUnusable(f"The root key file {path} does not hold base64.", hint=cure) from None
    except RootKeyUnusable as error:
        raise RootKeyUnusable(f"{path}: {error.detail}", hint=cure) from None


def root_key(key: bytes) -> RootKey:
    """A root key from its 32 bytes; raises RootKeyUnusable."""
    if len(key) != KEY_BYTES:
        raise RootKeyUnusable(f"A root key is {KEY_BYTES} bytes in base64; this one has {len(key)}.")
    return RootKey(key, digest(joined("gerbang root key", key)).hex()[:32])


def _make(path: Path) -> None:
    """Write beside the final place, then link: of two processes that start at once, both end with the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(new_key()) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
