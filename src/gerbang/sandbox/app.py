"""Puts the sandbox together: journal, clock, simulators, mail, control, page; starts it, runs it, stops it.

No environment and no global: whoever starts it hands over a SandboxConfig and, if business time is kept elsewhere, an `advance`.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from gerbang.ports.simulator import Answer, Contract, HearsDeliveries, Impossible, Request, Simulator, Webhook
from gerbang.sandbox import mail
from gerbang.sandbox.chain.anvil import Anvil, NodeFailed
from gerbang.sandbox.chain.calls import Asked, ChainCalls
from gerbang.sandbox.chain.local import CHAIN_ID, LocalChain
from gerbang.sandbox.clock import Advance, SandboxClock
from gerbang.sandbox.control import ClockMoved, Control
from gerbang.sandbox.dispatch import Dispatcher, read_body, reply
from gerbang.sandbox.faults import Faults
from gerbang.sandbox.guard import guard_of
from gerbang.sandbox.inspector import Inspector
from gerbang.sandbox.journal import Due, Journal
from gerbang.sandbox.mailbox import Mailbox, Message
from gerbang.sandbox.page import Page
from gerbang.sandbox.server import Receive, SandboxServer, Scope, Send
from gerbang.sandbox.shop import Shop
from gerbang.sandbox.simulators import load
from gerbang.sandbox.webhook_sender import DropSet, WebhookSender
from gerbang.sandbox.world import World

_OWN_KINDS: Final = frozenset({"drop_set", "clock_moved", "message"})
_decode_own: Final = msgspec.json.Decoder(DropSet | ClockMoved | Message).decode


class _Kind(msgspec.Struct, frozen=True):
    kind: str


_decode_kind: Final = msgspec.json.Decoder(_Kind).decode


class ChainConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`program` is anvil, `port` its own (0, and one that is taken: any free one), `block_s` seconds between blocks (0: none by itself)."""

    program: str
    port: int = 0
    block_s: float = 2.0


class SandboxConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`simulators` names the entries of those that stand here (`module:NAME`), and what each is told.
    `data_dir` holds journal.jsonl and the chain; a port of 0 is any free one; `smtp_port` None means no mail, `chain` None no chain;
    `public_url` is how browsers reach us, `beside` how they reach Gerbang, whose pages lead here.
    """

    data_dir: str
    simulators: dict[str, Any] = {}
    host: str = "127.0.0.1"
    port: int = 0
    smtp_port: int | None = None
    public_url: str = ""
    beside: str = ""
    chain: ChainConfig | None = None


_TEXT: Final = (("content-type", "text/plain; charset=utf-8"),)
_FAILED: Final = (
    b"The sandbox failed at this: its log says where (gerbang up --verbose). The simulators go on; load the page again."
)
log = structlog.get_logger()


class Sandbox:
    """The running sandbox. Made by `create`, started by `open`, an ASGI application in between."""

    def __init__(
        self,
        config: SandboxConfig,
        simulators: Sequence[Simulator],
        contracts: Sequence[Contract],
        advance: Advance | None,
        asked: Asked | None = None,
        shop: Shop | None = None,
    ) -> None:
        self._config = config
        self._contracts = contracts
        self.journal = Journal(Path(config.data_dir) / "journal.jsonl")
        self.clock = SandboxClock(advance)
        self.webhook_sender = WebhookSender(self.journal, self.clock, self._stamped, self._delivered)
        self.faults = Faults()
        self.mailbox = Mailbox()
        self.inspector = Inspector()
        self.stage = World(simulators, self.journal, self.webhook_sender, self.clock, self.mailbox)
        self._dispatcher = Dispatcher(self.stage, self.faults, config.public_url)
        self._chain_calls = ChainCalls(asked)
        self._control = Control(self.stage, self.faults, self.mailbox, self._chain_calls, self.inspector, shop)
        self._page = Page(self.stage, self.faults, self.mailbox, self._control)
        self._guard = guard_of(config.public_url, config.beside, host=config.host)
        self._server = SandboxServer(self, config.host, config.port)
        self._smtp: asyncio.Server | None = None

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return f"http://{self._config.host}:{self.port}"

    @property
    def smtp_port(self) -> int:
        assert self._smtp is not None, "the sandbox was started without mail"
        port: int = self._smtp.sockets[0].getsockname()[1]
        return port

    @property
    def chain(self) -> LocalChain | None:
        """The local blockchain; None without the program, or when it would not start."""
        return self._chain_calls.chain

    async def open(self) -> None:
        """Take up where the journal ends, then listen; raises CannotListen when a port is taken."""
        await self.clock.advance(0)
        await self.start_chain()
        self._take_up()
        if self._config.smtp_port is not None:
            args = (self.journal, self.mailbox, self.faults)
            self._smtp = await mail.listen(self._config.host, self._config.smtp_port, *args)
        self._control.door = self._server
        await self._server.open()

    async def start_chain(self) -> LocalChain | None:
        """The local blockchain, started if it can be and is not yet: its address may be wanted before anybody is answered."""
        if self.chain is None and self._config.chain is not None:
            await self.clock.advance(0)
            self._chain_calls.chain = await self._open_chain(self._config.chain)
        return self.chain

    async def wait(self) -> None:
        await self._server.wait()

    async def close(self) -> None:
        await self._server.close()
        if self.chain is not None:
            await self.chain.close()
        if self._smtp is not None:
            self._smtp.close()
        await self.webhook_sender.close()
        await self.journal.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = re.sub("/{2,}", "/", scope["path"])
        found = self._dispatcher.find(path)
        if found is not None:
            await self._dispatcher.serve(found, path, scope, receive, send)
            return
        body = await read_body(receive)
        if body is None:
            await reply(send, Answer(413, b"The body is larger than 1 MB, which is all that the sandbox takes.", _TEXT))
            return
        request = _request(scope, path, body)
        if path.startswith("/inspect/"):  # like a server of the shop's: it takes whatever comes, from whoever sends it
            await reply(send, self.inspector.receive(request))
            return
        complaint = self._guard.complaint(request)
        if complaint:
            await reply(send, Answer(403, complaint.encode(), _TEXT))
            return
        try:
            answer = await (self._control if path.startswith("/control/") else self._page).answer(request)
        except Exception:
            log.exception("sandbox.request_failed", method=request.method, path=path)
            answer = Answer(500, _FAILED, _TEXT)
        await reply(send, answer)

    async def _open_chain(self, wish: ChainConfig) -> LocalChain | None:
        """A play chain is worth having at another port, and the rest of the sandbox worth having without it. A killed predecessor's node
        needs a moment to let go of the port.
        """
        state = Path(self._config.data_dir) / "chain.state"
        why: Exception | None = None
        for port, patience_s in ((wish.port, 0.0), (wish.port, 0.5), (0, 0.0)):
            await asyncio.sleep(patience_s)
            anvil = Anvil(wish.program, CHAIN_ID, port, state)
            chain = LocalChain(anvil, self.clock.now, wish.block_s, self._contracts)
            try:
                await chain.open()
            except (NodeFailed, Impossible) as error:
                why = error
                await chain.close()
            else:
                return chain
        sys.stderr.write(f"gerbang: sandbox: no local chain: {why}\n")
        return None

    def _take_up(self) -> None:
        unfinished: dict[str, tuple[str, Due, int]] = {}
        for entry in self.journal.replay():
            if entry.effect:
                self._replay(entry.provider, bytes(entry.effect))
            for due in entry.webhooks:
                unfinished[due.id] = (entry.provider, due, 0)
            if (tried := entry.delivery) is not None and tried.id in unfinished:
                provider, due, _ = unfinished.pop(tried.id)
                if not tried.last:
                    unfinished[tried.id] = (provider, due, tried.attempt)
        for provider, due, attempts in unfinished.values():
            self.webhook_sender.start(provider, [due], attempts)

    async def _delivered(self, provider: str, webhook: Webhook, *, accepted: bool) -> None:
        listener: object = self.stage.simulators.get(provider)
        if isinstance(listener, HearsDeliveries):
            effect = listener.delivered(webhook, accepted=accepted)
            if effect is not None:
                await self.stage.keep(provider, effect)

    def _stamped(self, provider: str, webhook: Webhook, attempt: int) -> Webhook | None:
        """Stamped with real time: business time is a play of ours, and those who verify look at a clock."""
        simulator = self.stage.simulators.get(provider)
        return webhook if simulator is None else simulator.stamped(webhook, datetime.now(UTC), attempt)

    def _replay(self, provider: str, effect: bytes) -> None:
        if _decode_kind(effect).kind not in _OWN_KINDS:
            simulator = self.stage.simulators.get(provider)
            if simulator is not None:
                simulator.replay(effect)
            return
        match _decode_own(effect):
            case DropSet() as change:
                self.webhook_sender.drop(change)
            case ClockMoved(offset_s) if self.clock.is_ours:
                self.clock.offset_s = offset_s
            case Message() as message:
                self.mailbox.add(message)


def create(
    config: SandboxConfig, advance: Advance | None = None, asked: Asked | None = None, shop: Shop | None = None
) -> Sandbox:
    """A sandbox of these simulators; `advance` moves and tells business time, absent it is the sandbox's own; `asked` tells what
    a payment shows its payer, for those who pay it from the demo wallet; `shop` makes payments at Gerbang for the endings.
    """
    simulators, contracts = load(config.simulators)
    return Sandbox(config=config, simulators=simulators, contracts=contracts, advance=advance, asked=asked, shop=shop)


@asynccontextmanager
async def running(
    config: SandboxConfig, advance: Advance | None = None, asked: Asked | None = None, shop: Shop | None = None
) -> AsyncIterator[Sandbox]:
    """A sandbox in this process and loop; its `url` is known inside."""
    sandbox = create(config, advance, asked, shop)
    await sandbox.open()
    try:
        yield sandbox
    finally:
        await sandbox.close()


async def run(config: SandboxConfig, advance: Advance | None = None) -> None:
    """Serve until cancelled."""
    async with running(config, advance) as sandbox:
        await sandbox.wait()


def _request(scope: Scope, path: str, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    base_url = f"{scope['scheme']}://{headers.get('host', '')}"
    return Request(
        method=scope["method"], path=path, query=scope["query_string"], headers=headers, body=body, base_url=base_url
    )
