"""Why a database cannot be used, told from what the driver or the system raised: the kind for everybody, names and the cure for who runs it. Pure.

Nothing here knows the driver: a failure of PostgreSQL is known by its SQLSTATE (appendix A of its manual).
"""

import errno
import socket
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from gerbang.base.database_url import Place, place_of, problem_of


class Cause(NamedTuple):
    """`kind` may be told to anybody; `what` names roles and hosts, and `cure` says what helps."""

    kind: str
    what: str
    cure: str


_Told = Callable[[Place, str], Cause]
_BY_STATE: Final[Mapping[str, _Told]] = {
    "28P01": lambda at, _: Cause(
        "The database refuses our password",
        f"PostgreSQL at {at.host}:{at.port} has no role {at.user!r} with this password.",
        f"Correct user and password in {at.setting}, or set them there: ALTER ROLE {at.user} LOGIN PASSWORD '…'.",
    ),
    "28000": lambda at, said: Cause(
        "The database does not let our role in",
        f"PostgreSQL at {at.host}:{at.port} does not let the role {at.user!r} in: {said}.",
        f"Make the role (CREATE ROLE … LOGIN), or a line for it in pg_hba.conf; where that line asks for TLS, add ?sslmode=require to {at.setting}.",
    ),
    "3D000": lambda at, _: Cause(
        "There is no such database",
        f"PostgreSQL at {at.host}:{at.port} has no database {at.database!r}.",
        f"Make it: CREATE DATABASE {at.database} OWNER gerbang_owner ENCODING 'UTF8'; then run `gerbang migrate`. Or correct its name in {at.setting}.",
    ),
    "42501": lambda at, said: Cause(
        "Our role lacks rights in the database",
        f"The role {at.user!r} lacks a right in the database {at.database!r}: {said}.",
        "Run `gerbang migrate` as the schema's owner, which gives gerbang_app its rights, and connect as gerbang_app.",
    ),
    "53300": lambda at, _: Cause(
        "The database takes no more connections",
        f"PostgreSQL at {at.host}:{at.port} takes no more connections.",
        "Raise max_connections there, or lower GERBANG_DATABASE_POOL_SIZE: each process keeps up to so many.",
    ),
    "57P03": lambda at, said: Cause(
        "The database is not ready",
        f"PostgreSQL at {at.host}:{at.port} is not ready: {said}.",
        "Wait until it has started, and look into its log if it does not.",
    ),
    "42704": lambda at, said: Cause(
        "The database's address has an option that does not exist",
        f"An option behind ? in {at.setting} is none: {said}.",
        "Remove or correct it.",
    ),
    "08P01": lambda at, said: Cause(
        "What answers for the database does not take our options",
        f"{at.host}:{at.port} does not take our options: {said}.",
        "Connect to PostgreSQL itself, or let PgBouncer pool sessions (pool_mode = session) and pass jit, statement_timeout, lock_timeout, "
        "idle_in_transaction_session_timeout and random_page_cost (ignore_startup_parameters).",
    ),
}


def explain(error: BaseException, url: str, setting: str) -> Cause | None:
    """Why, and what helps; None for a failure that says nothing of how things are set up. `setting` is where the address stands."""
    if problem := problem_of(url):
        return Cause("The database's address is wrong", f"{setting} {problem}.", f"Correct {setting}.")
    at, state = place_of(url, setting), getattr(error, "sqlstate", None)
    if state is not None:
        told = _BY_STATE.get(str(state))
        return told(at, str(error).strip().partition("\n")[0].rstrip(".")) if told else None
    return _of_system(error, at)


def silent(url: str, setting: str) -> Cause:
    """Nothing came back at all."""
    if problem_of(url):
        return Cause("The database's address is wrong", f"{setting} {problem_of(url)}.", f"Correct {setting}.")
    at = place_of(url, setting)
    what = f"At {at.host}:{at.port} nothing answers in time."
    return Cause(
        "The database does not answer",
        what,
        f"Check host and port in {setting}, and whether a firewall lets us through.",
    )


def _of_system(error: BaseException, at: Place) -> Cause | None:
    where = f"{at.host}:{at.port}"
    if isinstance(error, socket.gaierror):
        cure = f"Correct the host in {at.setting}, or its DNS record; write @ in a password as %40."
        return Cause("The database's host is unknown", f"There is no host named {at.host!r}.", cure)
    if isinstance(error, FileNotFoundError | PermissionError) or "certificate file" in str(error):
        return _of_files(at)
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        cure = "Name the certificate of who signed it by &sslrootcert=FILE and the host as the certificate does, or use ?sslmode=require, which checks neither."
        return Cause(
            "The database's certificate is not trusted", f"The certificate of {where} is not trusted: {why}.", cure
        )
    if isinstance(error, OSError) and error.errno in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH):
        what = f"Nobody listens at {where}." if error.errno == errno.ECONNREFUSED else f"There is no way to {where}."
        cure = f"Start PostgreSQL, or correct host and port in {at.setting}; on another machine its listen_addresses must name an outer address."
        return Cause("The database does not answer", what, cure)
    if "SSL upgrade" in str(error):
        cure = "Switch TLS on there, or write ?sslmode=disable where the way to it is safe (this machine, a tunnel)."
        if at.tls in ("disable", "allow", "prefer"):
            cure = f"Correct host and port in {at.setting}."
        return Cause(
            "The database does not speak TLS",
            f"What answers at {where} does not speak TLS as sslmode={at.tls} asks.",
            cure,
        )
    return None


def _of_files(at: Place) -> Cause:
    if at.host.startswith("/"):
        cure = "Start PostgreSQL, or correct the folder; its own setting unix_socket_directories says where it is."
        return Cause("The database does not answer", f"There is no socket of PostgreSQL in {at.host}.", cure)
    missing = [f"{name} {path}" for name, path in at.files if not Path(path).is_file()]
    what = f"A certificate file cannot be read: {', '.join(missing) or f'sslmode={at.tls} needs one, by sslrootcert'}."
    cure = f"Name it in {at.setting} as &sslrootcert=/etc/gerbang/db-ca.pem, readable for this account."
    return Cause("A certificate file for the database is missing", what, cure)
