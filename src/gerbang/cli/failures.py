"""What ended a command, in sentences: what happened, and what helps. Nothing is printed here."""

import errno
import os
from collections.abc import Mapping
from typing import Final

from gerbang.base.errors import DatabaseRefuses, GerbangError, Unavailable

Said = tuple[str, str | None]
_GIVE: Final = "Let this account (user {user}) write there, or name another folder by --data or in GERBANG_DATA."
_OF_FILES: Final[Mapping[int, str]] = {
    errno.EACCES: _GIVE,
    errno.EPERM: _GIVE,
    errno.EROFS: "The disk is read-only: name a folder on another by --data or in GERBANG_DATA.",
    errno.ENOSPC: "The disk is full: free space, then start again.",
    errno.EDQUOT: "The quota of this account is used up: free space, then start again.",
    errno.ENOTDIR: "A part of this path is a file: name a folder by --data or in GERBANG_DATA.",
    errno.EEXIST: "A file stands where a folder is wanted: name a folder by --data or in GERBANG_DATA.",
    errno.EISDIR: "A folder stands where a file is wanted: name the file in it.",
    errno.ENOENT: "It is not there, and cannot be made: correct the path.",
    errno.ENAMETOOLONG: "The name is too long: choose a shorter one.",
    errno.ELOOP: "Its links lead in a circle: correct them.",
}
# What PostgreSQL says of a database that was never prepared, by SQLSTATE.
_OF_DATABASES: Final[Mapping[str, Said]] = {
    "42P01": (
        "The database lacks a table of this version.",
        "Run `gerbang migrate`, with GERBANG_DATABASE_OWNER_URL set.",
    ),
    "42501": (
        "The role of GERBANG_DATABASE_URL lacks a right: {said}.",
        "Run `gerbang migrate` as the schema's owner, which gives gerbang_app its rights; connect as gerbang_app.",
    ),
    "53100": ("The database's disk is full.", "Free space there, then start again."),
}


def in_sentences(error: BaseException) -> list[Said]:
    """What went wrong and what helps, each once; empty where a part of it is a fault of ours."""
    if isinstance(error, BaseExceptionGroup):
        parts = [in_sentences(one) for one in error.exceptions]
        return list(dict.fromkeys(one for part in parts for one in part)) if all(parts) else []
    if isinstance(error, DatabaseRefuses):
        return [(error.what, error.cure)]
    if isinstance(error, GerbangError):
        fields = "; ".join(f"{one.pointer}: {one.detail}" for one in error.errors if one.detail not in error.detail)
        cure = "`gerbang doctor` says what is in the way." if isinstance(error, Unavailable) else None
        return [(f"{error.detail} {fields}".rstrip(), error.hint or cure)]
    state = getattr(error, "sqlstate", None)
    if state in _OF_DATABASES:
        what, cure = _OF_DATABASES[str(state)]
        return [(what.format(said=str(error).strip().rstrip(".")), cure)]
    return _of_file(error, error.errno) if isinstance(error, OSError) and error.errno is not None else []


def _of_file(error: OSError, number: int) -> list[Said]:
    if error.filename is None or number not in _OF_FILES:
        return []
    what = f"{os.fsdecode(error.filename)} cannot be used: {os.strerror(number)}."
    return [(what, _OF_FILES[number].format(user=os.geteuid()))]
