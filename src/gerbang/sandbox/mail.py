"""A real SMTP listener that keeps what it takes: a message is in the journal, fsynced, before its 250. It delivers nothing.

Faults of the provider `mail` strike at the end of DATA: see the catalogue.
"""

import asyncio
import email.policy
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from gerbang.base import ids
from gerbang.base.listening import listener as listen_on
from gerbang.sandbox.faults import Fault, Faults, Kind
from gerbang.sandbox.journal import Entry, Journal, as_text
from gerbang.sandbox.mailbox import Mailbox, Message

PROVIDER: Final = "mail"
_MOST_BYTES: Final = 10 << 20
_NOT_KEPT: Final = frozenset({Kind.RESET_BEFORE, Kind.HTTP_500, Kind.TIMEOUT_BEFORE})
_CUT: Final = frozenset({Kind.RESET_BEFORE, Kind.TIMEOUT_BEFORE, Kind.RESET_AFTER_EFFECT, Kind.TIMEOUT_AFTER_EFFECT})


class _Inbox:
    """What aiosmtpd calls at the end of DATA."""

    def __init__(self, journal: Journal, mailbox: Mailbox, faults: Faults) -> None:
        self._journal = journal
        self._mailbox = mailbox
        self._faults = faults

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        fault = self._faults.draw(PROVIDER, "data")
        reply = _reply(fault)
        kept = None if fault and fault.kind in _NOT_KEPT else _message(envelope, content)
        await self._keep(envelope, content, kept, reply, fault)
        if fault:
            await asyncio.sleep(fault.wait_s)
            if fault.kind in _CUT and isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
        return reply

    async def _keep(
        self, envelope: Envelope, content: bytes, message: Message | None, reply: str, fault: Fault | None
    ) -> None:
        body, body_base64 = as_text(content)
        cut = fault is not None and fault.kind in _CUT
        entry = Entry(
            direction="in",
            provider=PROVIDER,
            route="data",
            method="SMTP",
            headers=[("mail-from", envelope.mail_from or ""), *(("rcpt-to", to) for to in envelope.rcpt_tos)],
            body=body,
            body_base64=body_base64,
            status=0 if cut else int(reply[:3]),
            answer="" if cut else reply,
            fault=fault.kind if fault else "",
            effect=message,
        )
        await self._journal.append(entry)
        if message is not None:
            self._mailbox.add(message)


async def listen(host: str, port: int, journal: Journal, mailbox: Mailbox, faults: Faults) -> asyncio.Server:
    """Start the listener in the running loop; any user name and password will do."""
    inbox = _Inbox(journal, mailbox, faults)

    def connection() -> SMTP:
        options: dict[str, Any] = {"data_size_limit": _MOST_BYTES, "enable_SMTPUTF8": True, "decode_data": False}
        login: dict[str, Any] = {"authenticator": _welcome, "auth_require_tls": False}
        return SMTP(inbox, hostname="sandbox.invalid", ident="Gerbang sandbox", **options, **login)

    listener = listen_on(host, port, named=("the sandbox's host", "GERBANG_SANDBOX_MAIL_PORT"))
    return await asyncio.get_running_loop().create_server(connection, sock=listener)


def _welcome(*_arguments: object) -> AuthResult:
    return AuthResult(success=True)


def _reply(fault: Fault | None) -> str:
    if fault and fault.kind in {Kind.HTTP_500, Kind.HTTP_500_AFTER_EFFECT}:
        return "451 4.3.0 The sandbox was told to put you off"
    return "250 2.0.0 Kept"


def _message(envelope: Envelope, content: bytes) -> Message:
    parsed = message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage), "the default policy makes EmailMessage"
    return Message(
        channel=PROVIDER,
        id=ids.show("eml", ids.new()),
        from_=envelope.mail_from or "",
        to=list(envelope.rcpt_tos),
        subject=str(parsed.get("subject", "")),
        message_id=str(parsed.get("message-id", "")),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        headers={name: str(value) for name, value in parsed.items()},
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    if part is None:
        return ""
    content = part.get_content()
    return content if isinstance(content, str) else ""
