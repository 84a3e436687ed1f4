"""A message by SMTP (RFC 5321): one connection a message, and every failure in core's words. Texts and retries are core's matter.

Settings: `host`, `port`, `tls` (`none`, `starttls`, `tls`), `from` (an address, with a name if wanted), `ca_file` (a bundle to trust
instead of the system's), `dkim_selector` and `dkim_domain`. Secrets: `user` and `password`, both or neither; `dkim_key`.
"""

import asyncio
import re
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, getaddresses, parseaddr
from typing import Final
from unicodedata import category
from urllib.parse import unquote, urlsplit

import aiosmtplib

from gerbang.base import email_address
from gerbang.base.clock import real_now
from gerbang.base.errors import FieldError
from gerbang.base.http import Http, OutcomeUnknown, TurnedAway, Unreachable
from gerbang.ports.messenger import Abilities, Channel, Mail, Message, Refused, Sent
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.smtp import dkim

_PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}
_NEVER_IN_HEADERS: Final = frozenset(
    {"Cc", "Cs", "Zl", "Zp"}
)  # controls, lone surrogates, line and paragraph separators
_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*")
_NOBODY: Final = re.compile(
    r"5[0-9]{2} 5\.(?:1\.(?:1|6|10)|2\.1)"
)  # no such mailbox, moved, takes no mail, switched off
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def account_of_url(address: str, sender: str, livemode: bool) -> Account:
    """The account that an address stands for: smtp://user:password@host:port, or smtps://…"""
    url = urlsplit(address)
    tls = "tls" if url.scheme == "smtps" else "none" if url.hostname in {"127.0.0.1", "localhost"} else "starttls"
    places = {"host": url.hostname or "", "port": str(url.port or ""), "tls": tls, "from": sender}
    known = {"user": url.username, "password": url.password}
    return Account("smtp", livemode, places, {k: [unquote(v).encode()] for k, v in known.items() if v})


class SmtpMessenger:
    """Implements ports.messenger.Messenger. `step_timeout_s` bounds each answer, `total_timeout_s` the whole conversation: the
    latter stays below the queue's lease of a minute, so that no second worker begins while this one still waits.
    """

    channel: Final = Channel.EMAIL
    abilities: Final = Abilities(folds=True)

    def __init__(self, *, step_timeout_s: float = 10.0, total_timeout_s: float = 45.0) -> None:
        self._step_timeout_s = step_timeout_s
        self._total_timeout_s = total_timeout_s

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one message over; returns once the server has answered 250 to the whole of it.

        Raises Refused for a 5xx about this message, Unreachable when the server did not take it (no connection, a refused log-in,
        any 4xx), OutcomeUnknown when the connection was lost after the message had begun to leave.
        """
        assert isinstance(message, Mail), f"no mail: {type(message).__name__}"
        server = _server_of(account)
        sender, mail = _mail(server.sender, message)
        mail = _signed(account, sender, mail)
        client = _client(server, self._step_timeout_s)
        try:
            async with asyncio.timeout(self._total_timeout_s):
                await _open(client)
                await _envelope(client, sender, message.to)
                await _content(client, mail)
                await _leave(client)
                return Sent()
        except TimeoutError as error:
            raise OutcomeUnknown(f"The mail server took longer than {self._total_timeout_s:.0f} s.") from error
        finally:
            client.close()


def problems(settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
    """A server without a name, a sender that cannot be written to, half a log-in, and a password that would travel in clear."""
    found = []
    if (host := settings.get("host", "")) and not _HOST.fullmatch(host):
        found.append(
            FieldError("/settings/host", "Must be a name alone: mail.toko.example; the port has its own field.")
        )
    if settings.get("from") and not _can_be_answered(settings["from"]):
        found.append(
            FieldError("/settings/from", "Must be one address: bayar@toko.example, or Toko <bayar@toko.example>.")
        )
    port = settings.get("port", "")
    if port and not 0 < int(port if port.isascii() and port.isdigit() else 0) < 65_536:
        found.append(FieldError("/settings/port", "Between 1 and 65535."))
    if ("dkim_key" in credentials) != bool(settings.get("dkim_selector")):
        found.append(FieldError("/settings/dkim_selector", "Goes together with the secret dkim_key: both or neither."))
    found += [
        FieldError(f"/settings/{name}", "A name as in DNS: letters, digits, hyphens and dots.")
        for name in ("dkim_selector", "dkim_domain")
        if settings.get(name) and not _DOMAIN.fullmatch(settings[name])
    ]
    has = {"user", "password"} & set(credentials)
    if len(has) == 1:
        missing = ({"user", "password"} - has).pop()
        found.append(FieldError(f"/secrets/{missing}", "User and password go together: give both or neither."))
    if has and settings.get("tls") == "none" and settings.get("host") not in _LOCAL:
        found.append(FieldError("/settings/tls", "A password is not sent without TLS: starttls or tls."))
    return found


def _can_be_answered(sender: str) -> bool:
    found = getaddresses([sender])
    try:
        return len(found) == 1 and bool(email_address.read(found[0][1]))
    except email_address.BadEmail:
        return False


async def probe(_http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Connect, secure, log in, and leave again. Raises Unreachable, whose words say at which step."""
    server = _server_of(to)
    client = _client(server, 5.0)
    try:
        await _open(client)
        await _leave(client)
    except Unreachable as error:
        if not isinstance(error.__cause__, aiosmtplib.SMTPAuthenticationError):
            raise
        cure = "Check user and password; many providers want an app password."
        return (
            Probed(f"{server.host} refused the log-in: {_said(error.__cause__)}", False, "/secrets/password", cure),
        )
    finally:
        client.close()
    signed_in = " and takes the log-in" if server.login else ""
    return (Probed(f"{server.host} answers{signed_in}", good=True),)


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    tls: str
    sender: str
    ca_file: str | None
    login: tuple[bytes, bytes] | None


def _server_of(account: Account) -> _Server:
    """The connection's settings; raises Unreachable for those that cannot work, since an operator can mend them."""
    settings = account.settings
    tls = settings.get("tls", "starttls")
    if not settings.get("host") or not settings.get("from") or tls not in _PORTS:
        raise Unreachable("The mail connection needs `host`, `from`, and `tls` as none, starttls or tls.")
    port = settings.get("port") or str(_PORTS[tls])
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise Unreachable("The mail connection's `port` is not a port.")
    login = _login_of(account)
    if login and tls == "none" and settings["host"] not in _LOCAL:
        raise Unreachable("A password is not sent without TLS: set `tls` to starttls or tls.")
    return _Server(
        host=settings["host"],
        port=int(port),
        tls=tls,
        sender=settings["from"],
        ca_file=settings.get("ca_file") or None,
        login=login,
    )


def _login_of(account: Account) -> tuple[bytes, bytes] | None:
    user, password = account.secrets.get("user", ()), account.secrets.get("password", ())
    if bool(user) != bool(password):
        raise Unreachable("The mail connection has only one of `user` and `password`.")
    return (user[0], password[0]) if user else None


def _client(server: _Server, step_timeout_s: float) -> aiosmtplib.SMTP:
    user, password = server.login or (None, None)
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=user,
        password=password,
        local_hostname=parseaddr(server.sender)[1].rpartition("@")[2] or None,
        timeout=step_timeout_s,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        cert_bundle=server.ca_file,
    )


def _mail(sender: str, message: Mail) -> tuple[str, bytes]:
    """The envelope's sender and the bytes of the message; raises Refused for an address or subject that no header can hold."""
    name, address = parseaddr(sender)
    try:
        _safe(message.to, message.subject, message.message_id, message.unsubscribe, sender)
        mail = EmailMessage(policy=WIRE)
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
        mail["Message-ID"] = message.message_id
        mail["Date"] = format_datetime(real_now())
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = message.locale
        mail.set_content(message.text, cte="quoted-printable")
        if message.html:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        message.to.encode("ascii")
        return address, _one_click(message.unsubscribe) + mail.as_bytes()
    except (ValueError, IndexError, MessageError) as error:
        raise Refused(f"This cannot be a mail: {type(error).__name__}.") from error


def _one_click(address: str) -> bytes:
    """The two headers of RFC 8058, each on one line: the library would encode an address that is longer than a line, and nobody could follow it."""
    if not address:
        return b""
    return f"List-Unsubscribe: <{address}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def _signed(account: Account, sender: str, mail: bytes) -> bytes:
    """The mail with the domain's signature, where the connection has a key for it."""
    keys, selector = account.secrets.get("dkim_key", ()), account.settings.get("dkim_selector", "")
    if not keys or not selector:
        return mail
    domain = account.settings.get("dkim_domain") or sender.rpartition("@")[2]
    try:
        return dkim.sign(mail, domain=domain, selector=selector, key=keys[0], at=int(real_now().timestamp()))
    except dkim.BadKey as error:
        raise Unreachable("The mail connection's `dkim_key` is no private RSA or Ed25519 key as PEM.") from error


def _safe(*values: str) -> None:
    """Nothing that goes into a header may end it or hide in it."""
    for value in values:
        if any(category(char) in _NEVER_IN_HEADERS for char in value):
            raise ValueError("a control character in a header")


async def _open(client: aiosmtplib.SMTP) -> None:
    """Connect, secure, log in. Whatever goes wrong here is about the server or our settings, never about the message."""
    try:
        await client.connect()
        await client.ehlo()
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
        raise Unreachable(f"The mail server cannot be used: {_said(error)}.") from error


async def _envelope(client: aiosmtplib.SMTP, sender: str, to: str) -> None:
    try:
        await client.mail(sender)
        await client.rcpt(to)
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unreachable(f"The connection ended before the message: {_said(error)}.") from error


async def _content(client: aiosmtplib.SMTP, mail: bytes) -> None:
    try:
        await client.data(mail)
    except aiosmtplib.SMTPResponseException as error:
        if not 200 <= error.code <= 299:  # the library takes 250 only
            raise _by_code(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(f"The message left, then: {_said(error)}.") from error


async def _leave(client: aiosmtplib.SMTP) -> None:
    """QUIT out of politeness: the message is the server's already, so nothing that happens now matters."""
    try:
        async with asyncio.timeout(2):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        return


def _by_code(error: aiosmtplib.SMTPResponseException) -> Exception:
    """5xx is for good, but for a log-in that is missing (530, 535 …: RFC 4954): an operator can mend that."""
    match error.code:
        case 530 | 534 | 535 | 538:
            return Unreachable(f"The mail server asks for a log-in: {_said(error)}.")
        case code if 500 <= code <= 599:
            return Refused(_said(error), gone=bool(_NOBODY.fullmatch(_said(error))))
        case -1:
            return OutcomeUnknown(f"The mail server's answer cannot be read: {_said(error)}.")
        case _:
            return TurnedAway(f"The mail server said not now: {_said(error)}.")


def _said(error: Exception) -> str:
    """The server's code and enhanced code (RFC 3463), not its words: those like to repeat the address."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        first = str(error.message).split(maxsplit=1)[:1]
        enhanced = f" {first[0]}" if first and first[0].count(".") == 2 and first[0].replace(".", "").isdigit() else ""
        return f"{error.code}{enhanced}"
    return type(error).__name__
