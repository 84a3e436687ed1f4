"""One step of the simulated world: time passes, somebody does something, it is written down, and only then anybody hears of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gerbang.base.card_numbers import masked
from gerbang.ports.simulator import Act, Answer, Outcome, Passed, Request, Simulator, Webhook
from gerbang.sandbox.clock import SandboxClock
from gerbang.sandbox.journal import Due, Entry, Journal, as_text
from gerbang.sandbox.mailbox import Mailbox, as_message
from gerbang.sandbox.webhook_sender import WebhookSender, due

Twist = Callable[[Answer], Answer | None]
"""What a fault makes of an answer; None: none is given."""


class World:
    """All simulators, one journal, one clock."""

    def __init__(
        self,
        simulators: Sequence[Simulator],
        journal: Journal,
        webhook_sender: WebhookSender,
        clock: SandboxClock,
        mailbox: Mailbox,
    ) -> None:
        self.simulators: Mapping[str, Simulator] = {simulator.name: simulator for simulator in simulators}
        self.journal = journal
        self.webhook_sender = webhook_sender
        self.clock = clock
        self._mailbox = mailbox

    async def request(
        self, simulator: Simulator, request: Request, fault: str = "", twist: Twist | None = None
    ) -> Answer | None:
        """A request on the provider's wire; returns what is to be sent, when the step is on disk."""
        self.pass_time(simulator)
        outcome = simulator.answer(request, self.clock.now())
        sent = outcome.answer if twist is None else twist(outcome.answer)
        await self._commit(simulator.name, request, outcome, sent, fault)
        return sent

    async def nothing(self, simulator: Simulator, request: Request, fault: str, sent: Answer | None) -> None:
        """A request that a fault kept from the simulator: written down, without effect.

        Only a JSON body is kept: a form may hold a card number, and only the simulator knows which.
        """
        is_json = request.headers.get("content-type", "").lower().startswith("application/json")
        kept = (request.body, request.query) if is_json else (b"", b"")
        outcome = Outcome(Answer(0, b""), journal_body=kept[0], journal_query=kept[1])
        await self._commit(simulator.name, request, outcome, sent, fault)

    async def act(self, simulator: Simulator, action: str, act: Act, request: Request) -> Answer:
        """Somebody acts outside the wire; raises Impossible."""
        self.pass_time(simulator)
        outcome = simulator.act(action, act, self.clock.now())
        await self._commit(simulator.name, request, outcome, outcome.answer)
        return outcome.answer

    async def send(
        self, simulator: Simulator, webhooks: Sequence[tuple[Webhook, float]], request: Request, answer: Answer
    ) -> None:
        """Notifications to order, each with its delay in seconds."""
        dues = [due(webhook, delay_s) for webhook, delay_s in webhooks]
        await self._commit(simulator.name, request, Outcome(answer), answer, dues=dues)

    async def note(self, provider: str, request: Request, answer: Answer, effect: Any = None) -> None:
        """A control request that changes the sandbox itself (switches, faults, clock)."""
        await self._commit(provider, request, Outcome(answer, () if effect is None else (effect,)), answer)

    def pass_time(self, simulator: Simulator) -> None:
        """Write down what has expired since the last look; it becomes durable with the step that follows."""
        for passed in simulator.pass_time(self.clock.now()):
            self._passed(simulator.name, passed)

    async def settle(self) -> None:
        """Let time pass for all, durably."""
        for simulator in self.simulators.values():
            for passed in simulator.pass_time(self.clock.now()):
                await self._passed(simulator.name, passed)

    async def keep(self, provider: str, effect: Any) -> None:
        """A change that nobody asked for by a request, durably."""
        await self._passed(provider, Passed(effect))

    def _passed(self, provider: str, passed: Passed) -> asyncio.Future[None]:
        """Written down at once, on disk when the future is done; told from then on."""
        letters = [due(webhook, webhook.delay_s) for webhook in passed.webhooks]
        entry = Entry(direction="internal", provider=provider, route="time", effect=passed.effect, webhooks=letters)
        written = self.journal.append(entry)

        def tell(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and done.exception() is None:
                self.webhook_sender.start(provider, letters)

        if letters:
            written.add_done_callback(tell)
        return written

    async def _commit(
        self,
        provider: str,
        request: Request,
        outcome: Outcome,
        sent: Answer | None,
        fault: str = "",
        dues: Sequence[Due] = (),
    ) -> None:
        *earlier, effect = outcome.effects or (None,)
        for one in earlier:
            self._passed(provider, Passed(one))
        for got in outcome.messages:
            message = as_message(got)
            self._passed(provider, Passed(message))
            self._mailbox.add(message)
        letters = [*dues, *(due(webhook, webhook.delay_s) for webhook in outcome.webhooks)]
        entry = _entry(provider, request, outcome, sent)
        entry.fault, entry.effect, entry.webhooks = fault, effect, letters
        await self.journal.append(entry)
        self.webhook_sender.start(provider, letters)


def _entry(provider: str, request: Request, outcome: Outcome, sent: Answer | None) -> Entry:
    body, body_base64 = as_text(request.body if outcome.journal_body is None else outcome.journal_body)
    query = request.query if outcome.journal_query is None else outcome.journal_query
    answer, answer_base64 = as_text(sent.body if sent else b"")
    shown: Callable[[str], str] = str if outcome.is_plain else masked
    return Entry(
        direction="in",
        provider=provider,
        route=request.path,
        method=request.method,
        query=shown(query.decode("latin-1")),
        headers=[(name, shown(value)) for name, value in request.headers.items()],
        body=shown(body),
        body_base64=body_base64,
        status=sent.status if sent else 0,
        answer=shown(answer),
        answer_base64=answer_base64,
    )
