"""A real SMTP listener for tests: keeps every message it has read to the end, and can be told to misbehave."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Trick(Enum):
    """What happens instead of the 250 after the message, or sooner."""

    HANG_UP_AFTER_MESSAGE = "close the connection between the end of the message and the 250"
    FALL_SILENT = "never answer"
    HANG_UP_AT_RECIPIENT = "close the connection at RCPT"


@dataclass
class Listener:
    """`answers` are used up one a message, at the end of DATA; `recipient_answers` one a RCPT; then everything is accepted."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answers: deque[str | Trick] = field(default_factory=deque)
    recipient_answers: deque[str | Trick] = field(default_factory=deque)
    on_message: Callable[[], None] | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd looks for this name and gives these arguments
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipient_answers.popleft() if self.recipient_answers else "250 OK"
        if isinstance(answer, Trick):
            return await _play(answer, server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  see above
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.senders.append(str(envelope.mail_from))
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        if self.on_message:
            self.on_message()
        answer = self.answers.popleft() if self.answers else "250 2.0.0 OK"
        if isinstance(answer, Trick):
            return await _play(answer, server)
        return answer


async def _play(trick: Trick, server: SMTP) -> str:
    if trick is Trick.FALL_SILENT:
        await asyncio.sleep(60)  # ends sooner: the client's leaving cancels it
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "250 never heard"


def authenticator(user: bytes, password: bytes) -> Callable[..., AuthResult]:
    """Lets exactly this user in."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login, data.password) == (user, password))

    return check


@contextlib.asynccontextmanager
async def listening(*, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Listener]:
    """A listener on a free port of 127.0.0.1; `tls` makes the whole connection TLS, `tls_context` offers STARTTLS."""
    listener = Listener()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(listener, enable_SMTPUTF8=False, hostname="mail.test", **options), "127.0.0.1", 0, ssl=tls
    )
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()
        await server.wait_closed()
