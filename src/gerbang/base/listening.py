"""Listening on an address, or why it cannot be, said with the setting to mend. One place for every port of ours."""

import errno
import os
import socket
from typing import Final

from gerbang.base.errors import Unavailable

_FIRST_FREE_FOR_ALL: Final = 1024
_BACKLOG: Final = 2_048


class CannotListen(Unavailable):
    """Nothing can be listened on there: no such address on this machine, a port that is taken or closed to this account."""

    code = "cannot_listen"
    title = "This address cannot be listened on"


def listener(host: str, port: int, *, named: tuple[str, str], reuse_port: bool = False) -> socket.socket:
    """A socket that listens; `named` are the settings of host and port. Raises CannotListen."""
    try:
        made = socket.create_server((host, port), family=_family(host), backlog=_BACKLOG, reuse_port=reuse_port)
    except (OSError, UnicodeError) as error:
        raise _refused(error, host, port, named) from error
    made.setblocking(False)
    return made


def refuse_unbindable(host: str, port: int, *, named: tuple[str, str]) -> None:
    """Raise CannotListen where the address cannot be had, whoever else is here; a port that is only taken is another matter: OSError."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                raise
            raise _refused(error, host, port, named) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _refused(error: Exception, host: str, port: int, named: tuple[str, str]) -> CannotListen:
    of_host, of_port = named
    number = error.errno if isinstance(error, OSError) else None
    if number is None or number < 0:  # the resolver's own numbers are negative, whatever they are wrapped in
        cure = f"Set {of_host} to an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them. The port stands in {of_port}."
        return CannotListen(f"{of_host} names no address: {host!r}.", hint=cure)
    if number == errno.EADDRINUSE:
        cure = f"End what listens there, or choose another {of_port}."
        return CannotListen(f"The port {port} on {host} is taken by another program.", hint=cure)
    if number == errno.EACCES and port < _FIRST_FREE_FOR_ALL:
        cure = f"Set {of_port} to 1024 or more and let a proxy pass 80 and 443 on to it; or give the process CAP_NET_BIND_SERVICE."
        return CannotListen(f"This account may not listen on port {port}: those below 1024 are root's.", hint=cure)
    if number in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        cure = f"Set {of_host} to an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them. How the outside reaches us stands in GERBANG_PUBLIC_URL."
        return CannotListen(f"This machine has no address {host}.", hint=cure)
    return CannotListen(
        f"Nothing can listen on {host}, port {port}: {os.strerror(number)}.", hint=f"Correct {of_host} and {of_port}."
    )
