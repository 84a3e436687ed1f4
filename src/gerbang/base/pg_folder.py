"""The data folder of the embedded PostgreSQL: who owns it, who holds it, and the passwords kept in it. Starts nothing.

Layout under DATA: `postgres/cluster` (the data), `postgres.json` (passwords and last port, 0600), `postgres.log`,
`postgres.lock` (held while it runs).
"""

import fcntl
import json
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gerbang.base.pg_programs import Account, PostgresUnusable, account_to_use

DATABASE: Final = "gerbang"
SUPERUSER: Final = "postgres"
OWNER: Final = "gerbang_owner"
APP: Final = "gerbang_app"
_FOREIGN_PLACE: Final = Path("/var/lib/gerbang")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The passwords of the three roles, made once, and the port used last."""

    postgres: str
    gerbang_owner: str
    gerbang_app: str
    port: int = 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each role finds the database; every one of these holds a password."""

    admin_dsn: str = field(repr=False)
    owner_dsn: str = field(repr=False)
    app_dsn: str = field(repr=False)


def make_data_folder(data: Path) -> None:
    """0700, or as root 0711: the unprivileged account must pass through to the cluster, and can list nothing."""
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_uid == os.geteuid():
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)


def take_lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 20).decode().strip()
        os.close(descriptor)
        raise PostgresUnusable(
            f"Another gerbang (process {holder}) is running on {path.parent}.",
            hint="Stop it, or choose another folder with --data.",
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def account_and_home(data: Path) -> tuple[Account | None, Path]:
    """The account to run under and the folder of the cluster, which the account owns and can reach."""
    home = data / "postgres"
    owner = home.stat().st_uid if home.exists() else None
    account = account_to_use(owner)
    if account is None:
        if owner not in (None, os.geteuid()):
            raise PostgresUnusable(
                f"{home} belongs to user {owner}, and this is user {os.geteuid()}.",
                hint="Run as that user or as root, or choose another folder with --data.",
            )
        home.mkdir(mode=0o700, exist_ok=True)
        return None, home
    if not home.exists() and not account.can_reach(data):
        # e.g. a checkout below /root: the cluster goes to a place that the account can reach, and a link stays here
        _FOREIGN_PLACE.mkdir(parents=True, exist_ok=True, mode=0o711)
        home.unlink(missing_ok=True)
        home.symlink_to(tempfile.mkdtemp(prefix=f"{data.name}-", dir=_FOREIGN_PLACE))
    home.mkdir(mode=0o700, exist_ok=True)
    home = home.resolve()
    if home.stat().st_uid != account.uid:
        for path in (home, *home.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    home.chmod(0o700)
    return account, home


def load_or_make_secrets(path: Path, cluster: Path) -> Secrets:
    if path.exists():
        return read_secrets(path)
    if (cluster / "PG_VERSION").exists():
        raise PostgresUnusable(
            f"{path} is missing: without it nobody knows the passwords of the database beside it.",
            hint="Put it back from a backup, or start anew with --fresh (this deletes the data).",
        )
    made = Secrets(secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(16))
    save_secrets(path, made, 0)
    return made


def read_secrets(path: Path) -> Secrets:
    values = json.loads(path.read_text())
    return Secrets(values[SUPERUSER], values[OWNER], values[APP], int(values["port"]))


def save_secrets(path: Path, known: Secrets, port: int) -> None:
    values = {SUPERUSER: known.postgres, OWNER: known.gerbang_owner, APP: known.gerbang_app, "port": port}
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def addresses_of(known: Secrets, port: int) -> Addresses:
    def dsn(role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{port}/{DATABASE}?sslmode=disable"

    return Addresses(dsn(SUPERUSER, known.postgres), dsn(OWNER, known.gerbang_owner), dsn(APP, known.gerbang_app))
