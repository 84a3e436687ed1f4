"""Where a listener is, kept on disk after each event that its receiver took: killed at any instant, it goes on there."""

import fcntl
import os
import secrets as chance
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from gerbang.base.errors import Conflict
from gerbang.base.kept_file import write_whole
from gerbang.core.endpoints.signatures import SECRET_BYTES, SharedSecret, read_key

_NAME: Final = 20


class AlreadyListening(Conflict):
    """Two listeners of one address would each deliver everything."""

    code = "already_listening"
    title = "Somebody listens for this address already"


class _Kept(msgspec.Struct, frozen=True):
    """What the file holds: the secret that signs, and the place behind the last event that was taken (empty: none yet)."""

    forward_to: str
    secret: str
    place: str = ""


class ListeningPlace:
    """The place and the secret of one address; made by `opened`."""

    def __init__(self, path: Path, kept: _Kept) -> None:
        self._path = path
        self._kept = kept

    @property
    def secret(self) -> SharedSecret:
        """What signs for this address, the same at every start."""
        key = read_key(self._kept.secret)
        assert isinstance(key, SharedSecret), "only such are made here"
        return key

    @property
    def place(self) -> str:
        return self._kept.place

    def move(self, place: str) -> None:
        """Everything up to here was taken; on the disk when this returns."""
        if place != self._kept.place:
            self._kept = msgspec.structs.replace(self._kept, place=place)
            write_whole(self._path, msgspec.json.encode(self._kept))


@contextmanager
def opened(folder: Path, of: str, forward_to: str) -> Iterator[ListeningPlace]:
    """The place of an address, by the Gerbang that is listened to (`of`); held as long as this lasts. Raises AlreadyListening."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{sha256(f'{of} {forward_to}'.encode()).hexdigest()[:_NAME]}.json"
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyListening(
                f"A `gerbang listen` for {forward_to} runs already.", hint="End it, or forward to another address."
            ) from error
        if path.exists():
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        else:
            kept = _Kept(forward_to, SharedSecret(chance.token_bytes(SECRET_BYTES)).text())
            write_whole(path, msgspec.json.encode(kept))
        yield ListeningPlace(path, kept)
    finally:
        os.close(lock)
