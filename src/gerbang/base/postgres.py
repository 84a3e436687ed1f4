"""The embedded PostgreSQL: one cluster under the data folder, started, watched and stopped by us. Speaks no SQL but its bootstrap.

TCP on 127.0.0.1 only, scram passwords, fsync and synchronous_commit on. What stands where is base/pg_folder.py's matter.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from gerbang.base.child_processes import die_with_parent, follow
from gerbang.base.pg_folder import (
    APP,
    DATABASE,
    OWNER,
    SUPERUSER,
    Addresses,
    Secrets,
    account_and_home,
    addresses_of,
    load_or_make_secrets,
    make_data_folder,
    read_secrets,
    save_secrets,
    take_lock,
)
from gerbang.base.pg_programs import Account, PostgresUnusable, Programs, find_programs

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "96MB",
    "wal_compression": "on",
    "min_wal_size": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "jit": "off",
    "track_io_timing": "off",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # DETAIL lines quote values, and values stay out of logs
    "log_min_error_statement": "panic",
}
_SETTINGS_SINCE_18: Final = {"io_method": "sync"}  # no idle I/O workers on a small machine
_START_S: Final = 60.0
_LEFTOVER_S: Final = 20.0


class ServerHandle:
    """A running server: its addresses, a way to notice its death, and the way to stop it."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, addresses: Addresses, lock: int) -> None:
        self._process = process
        self._lock = lock
        self.port = port
        self.addresses = addresses
        self.pid = process.pid

    @property
    def alive(self) -> bool:
        """Whether the postmaster is running."""
        return self._process.poll() is None

    async def wait(self) -> int:
        """Return the exit status once the server has ended, wanted or not."""
        while (status := self._process.poll()) is None:  # a thread in waitpid would hold up the exit of the event loop
            await asyncio.sleep(0.2)
        return status

    async def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything is written. Harsher only after 30 s; safe to call twice."""
        for how, patience_s in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if not self.alive:
                break
            self._process.send_signal(how)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended(), patience_s)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def _ended(self) -> None:
        while self.alive:
            await asyncio.sleep(0.01)


class Postgres:
    """The cluster of one data folder."""

    def __init__(self, data: Path, *, settings: dict[str, str] | None = None) -> None:
        self._data = data.absolute()
        self._settings = settings or {}

    async def start(self, port: int | None = None) -> ServerHandle:
        """Make the cluster if there is none, and start it; returns when it accepts connections.

        With `port` None the port of the last time is used if it is free, else any free one. A server of this folder left
        behind by a killed parent is stopped first. Raises PostgresUnusable with what is wrong and the cure.
        """
        make_data_folder(self._data)
        lock = take_lock(self._data / "postgres.lock")
        try:
            return await self._start(port, lock)
        except BaseException:
            os.close(lock)
            raise

    async def _start(self, port: int | None, lock: int) -> ServerHandle:
        account, home = account_and_home(self._data)
        cluster = home / "cluster"
        programs = find_programs(_major_of(cluster)).reachable_by(account)
        known = load_or_make_secrets(self._data / "postgres.json", cluster)
        await _end_leftover(cluster)
        if not (cluster / "PG_VERSION").exists():
            _create(cluster, programs, account, known)
        chosen = port or _free_port(known.port)
        process = await self._launch(programs, account, cluster, chosen)
        if chosen != known.port:
            save_secrets(self._data / "postgres.json", known, chosen)
        return ServerHandle(process, chosen, addresses_of(known, chosen), lock)

    async def _launch(
        self, programs: Programs, account: Account | None, cluster: Path, port: int
    ) -> "subprocess.Popen[bytes]":
        log = self._data / "postgres.log"
        deadline = monotonic() + _START_S
        while True:
            begin = log.stat().st_size if log.exists() else 0
            process = _spawn(programs, account, cluster, port, log, self._settings)
            if await _accepts(process, cluster, deadline):
                return process
            said = log.read_bytes()[begin:].decode(errors="replace")
            if "pre-existing shared memory" not in said or monotonic() > deadline:
                raise _start_failed(said, port, log)
            await asyncio.sleep(0.3)  # the backends of a killed postmaster notice within moments


def running(data: Path) -> Addresses | None:
    """The addresses of the server that runs on this data folder now, or None."""
    pid_file = data / "postgres" / "cluster" / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = pid_file.read_text().splitlines()
        if _is_postmaster_of(int(lines[0]), pid_file.parent):
            return addresses_of(read_secrets(data / "postgres.json"), int(lines[3]))
    return None


def forget(data: Path) -> None:
    """Remove the cluster and its passwords; raises PostgresUnusable while it runs."""
    if not data.exists():
        return
    lock = take_lock(data / "postgres.lock")
    home = data / "postgres"
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(home.resolve())
        if home.is_symlink():
            home.unlink()
    for name in ("postgres.json", "postgres.log", "postgres.lock"):
        (data / name).unlink(missing_ok=True)
    os.close(lock)


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise PostgresUnusable("No free port on 127.0.0.1.", hint="Close what holds them.")


# ── the cluster ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _major_of(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _create(cluster: Path, programs: Programs, account: Account | None, known: Secrets) -> None:
    """Creation happens beside the final place, which appears whole by one rename."""
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if programs.major >= 17 else ["--locale=C.UTF-8"]
    fresh = cluster.with_name("cluster.new")
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = cluster.with_name("password")
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, known.postgres.encode())
    os.close(descriptor)
    try:
        if account:
            os.chown(password_file, account.uid, account.gid)
        who: list[str | Path] = ["-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", password_file]
        _run([programs.bin / "initdb", "-D", fresh, "-E", "UTF8", "--no-instructions", *locale, *who], account)
    finally:
        password_file.unlink()
    single: list[str | Path] = [
        programs.bin / "postgres",
        "--single",
        "-c",
        "exit_on_error=true",
        "-D",
        fresh,
        SUPERUSER,
    ]
    _run(single, account, _bootstrap(known))
    fresh.rename(cluster)


def _bootstrap(known: Secrets) -> bytes:
    """Two roles and the database, one statement a line, as single-user mode reads them. The rights are in the migrations."""
    for password in (known.gerbang_owner, known.gerbang_app):
        assert set(password) <= set("0123456789abcdef"), (
            "these statements take no parameters: passwords must need no quoting"
        )
    return f"""\
CREATE ROLE {OWNER} LOGIN PASSWORD '{known.gerbang_owner}'
CREATE ROLE {APP} LOGIN PASSWORD '{known.gerbang_app}'
CREATE DATABASE {DATABASE} OWNER {OWNER}
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC
GRANT CONNECT ON DATABASE {DATABASE} TO {APP}
ALTER ROLE {APP} SET idle_in_transaction_session_timeout = '60s'
""".encode()


def _run(command: Sequence[str | Path], account: Account | None, stdin: bytes = b"") -> None:
    answer = subprocess.run(  # noqa: S603  the programs that find_programs found
        command,
        input=stdin,
        capture_output=True,
        check=False,
        cwd="/",
        env={"LC_ALL": "C", "TZ": "UTC"},
        **(account.popen_arguments() if account else {}),
    )
    if answer.returncode:
        said = (answer.stderr or answer.stdout).decode(errors="replace").strip().splitlines()[-3:]
        raise PostgresUnusable(
            f"{Path(command[0]).name} failed: {' / '.join(said)}", hint="gerbang doctor looks closer."
        )


def _spawn(
    programs: Programs, account: Account | None, cluster: Path, port: int, log: Path, settings: dict[str, str]
) -> "subprocess.Popen[bytes]":
    wanted = SETTINGS | (_SETTINGS_SINCE_18 if programs.major >= 18 else {}) | settings | {"port": str(port)}
    options = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603  as above
            [programs.bin / "postgres", "-D", cluster, *options],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509  one prctl call, nothing that could deadlock
            **(account.popen_arguments() if account else {}),
        )
    finally:
        os.close(descriptor)
    follow(process.pid, signal.SIGINT)
    return process


async def _accepts(process: "subprocess.Popen[bytes]", cluster: Path, deadline: float) -> bool:
    """Whether the postmaster became ready before it ended; its eighth line in postmaster.pid says so, as pg_ctl reads it."""
    pid_file = cluster / "postmaster.pid"
    while process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            lines = pid_file.read_text().splitlines()
            if int(lines[0]) == process.pid and lines[7].strip() == "ready":
                return True
        if monotonic() > deadline:
            process.send_signal(signal.SIGQUIT)
            process.wait()
            raise PostgresUnusable(f"PostgreSQL was not ready after {_START_S:.0f} s.", hint="Look at postgres.log.")
        await asyncio.sleep(0.01)
    return False


def _start_failed(said: str, port: int, log: Path) -> PostgresUnusable:
    if "could not bind" in said or "could not create any TCP/IP" in said:
        return PostgresUnusable(f"Port {port} for PostgreSQL is taken.", hint="Free it, or let Gerbang choose one.")
    if "No space left" in said:
        return PostgresUnusable("PostgreSQL cannot start: the disk is full.", hint="Free space, then start again.")
    reason = next((line for line in said.splitlines() if "FATAL" in line or "PANIC" in line), said.strip()[-300:])
    return PostgresUnusable(f"PostgreSQL did not start: {reason}", hint=f"The whole story is in {log}.")


# ── what an earlier run left behind ─────────────────────────────────────────────────────────────────────────────────


async def _end_leftover(cluster: Path) -> None:
    """Stop a postmaster whose parent was killed, and remove a pid file that names no postmaster of this cluster."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    deadline = monotonic() + _LEFTOVER_S
    while _is_postmaster_of(pid, cluster):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT if monotonic() < deadline else signal.SIGQUIT)
        if monotonic() > deadline + 5:
            raise PostgresUnusable(f"A PostgreSQL (process {pid}) on {cluster} does not stop.", hint=f"kill -9 {pid}")
        await asyncio.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _is_postmaster_of(pid: int, cluster: Path) -> bool:
    """True for a living process that works in this cluster; a pid that something else got since is not one."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.resolve()
    except PermissionError:  # somebody else's process, so none that we or our account started
        return False
    except OSError:
        pass
    if Path("/proc/self/cwd").exists():
        return False
    with contextlib.suppress(OSError):  # no /proc on this system: any living process is believed
        os.kill(pid, 0)
        return True
    return False
