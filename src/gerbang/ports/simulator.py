"""What the sandbox asks of a simulator of an outside system. Values and one protocol: no I/O, no clock, no chance in here.

A simulator is a state machine: `answer` and `act` decide, apply and return what happened; the sandbox writes it to its journal with
fsync before anybody hears of it, and `replay` takes the same effects back in after a crash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One request as it came in. `path` is without the simulator's prefix and without doubled slashes; header names are lower case.

    `base_url` is how the caller reached the simulator: scheme, host and prefix. `came_at` is real time, seconds since 1970: what a token's times are
    compared with, for business time may have been moved. `fault` is a fault of the simulator's own that strikes this request.
    """

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    came_at: float = 0.0
    fault: str = ""


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json;charset=UTF-8"),)


class Webhook(msgspec.Struct, frozen=True):
    """One notification to a merchant. `subject` is the merchant's reference, `retry_after_s` the waits before each further try.

    `accepts` is the statuses that count as received: `any_2xx` or `only_200`. It is sent `delay_s` after its cause, and waits `timeout_s`
    for its answer. `by_clock`: the waits are of business time, so that they end when the clock is moved.
    """

    subject: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    retry_after_s: tuple[float, ...] = ()
    accepts: str = "any_2xx"
    delay_s: float = 0.0
    timeout_s: float = 30.0
    by_clock: bool = False


class PersonMessage(msgspec.Struct, frozen=True):
    """What a person got, on the channel `sms`, `push` or `whatsapp`; `id` is the provider's. The sandbox shows it as /control/{channel}."""

    channel: str
    id: str
    sender: str
    to: str
    text: str


class Outcome(msgspec.Struct, frozen=True):
    """What one request or one act did. `effects` are the simulator's own structs, tagged by `kind`; the journal keeps them.

    `messages` are what people got by it.
    `journal_body` and `journal_query` replace the request's own in the journal where those must not be kept (card numbers).
    `is_plain`: no card number can be in the request or the answer, so that the journal keeps both as they are.
    """

    answer: Answer
    effects: tuple[Any, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    messages: tuple[PersonMessage, ...] = ()
    journal_body: bytes | None = None
    journal_query: bytes | None = None
    is_plain: bool = False


class Passed(msgspec.Struct, frozen=True):
    """What time alone did: one change, and whom it is told."""

    effect: Any
    webhooks: tuple[Webhook, ...] = ()


class WalletCall(msgspec.Struct, frozen=True):
    """One transaction that a payer's wallet must send on the local chain: `value` wei as text, `data` as hex with 0x."""

    to: str
    data: str = "0x"
    value: str = "0"


class Contract(msgspec.Struct, frozen=True):
    """A contract that belongs on the local chain: `runtime` is put at `address`, then `caller`, whose key nobody has, sends `calls`."""

    address: str
    runtime: str
    caller: str
    calls: tuple[WalletCall, ...]


class Button(msgspec.Struct, frozen=True):
    """Something that can be done by a press: the act, what stands on the button, and the act's body."""

    act: str
    words: str
    body: Mapping[str, str]


class Order(msgspec.Struct, frozen=True):
    """One transaction as the control page shows it. `amount` is in minor units, `number` what the payer types in, if anything.

    `wallet` is what pays it on the local chain, in order: the sandbox sends it, and hands the last transaction's hash to the act `pay`.
    `buttons` are what can be done to it, where that is not what is done to a payment.
    """

    id: str
    reference: str
    payment: str
    merchant: str
    method: str
    number: str
    amount: int
    currency: str
    state: str
    detail: str
    created_at: datetime
    expires_at: datetime | None
    page: str = ""
    wallet: tuple[WalletCall, ...] = ()
    buttons: tuple[Button, ...] | None = None


class ActItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of a SKU; of a shop other than the act's, where one basket has several."""

    sku: str = ""
    quantity: int = 1
    shop: str = ""


class Act(msgspec.Struct, frozen=True):
    """What a person (or a test) makes a payer, a bank or a merchant's back office do. One of the three addresses is enough.

    `transaction` is the hash of the transfer on the chain that pays, where there is one. A marketplace's acts name a `shop`, an `order`
    there, `items` of it, and a `kind` of the act (how it is paid, what the carrier saw).
    """

    reference: str = ""
    number: str = ""
    payment: str = ""
    amount: int | None = None
    late: bool = False
    reason: str = ""
    transaction: str = ""
    shop: str = ""
    order: str = ""
    kind: str = ""
    items: tuple[ActItem, ...] = ()


class Ending(msgspec.Struct, frozen=True):
    """A way in which an order can end that a simulator can play; `name` is one of the sandbox's catalogue (sandbox/endings.py).

    What differs from provider to provider: `reason` is the provider's own code for a decline; `route` is the route of its API that gives
    money back; `act` is the act that tells a lie, where a lie is more than a notification with another status; `dialect` is the dialect
    that the ending needs, where the provider has several.
    """

    name: str
    reason: str = ""
    route: str = ""
    act: str = ""
    dialect: str = ""


class Impossible(Exception):
    """The simulated world does not allow this act; `code` is not_found, conflict or invalid."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Simulator(Protocol):
    """One provider in a box. All methods are quick and synchronous, so that each is one step in the order of the journal.
    The sandbox calls `pass_time` before every other one, so a simulator never meets an order whose time is over.

    `answer`: a request on the provider's wire. `act`: pay, decline, expire, refund, dispute, cancel, or lie (say validly that it was paid
    when it was not); raises Impossible.
    `webhook`: the notification that this order would cause now, forged as `tamper` says (empty, `token`, `amount`, `status`);
    raises Impossible. `stamped`: a notification as it leaves at this real moment, for each try (1, 2 …) anew, where it tells the time or the try;
    None: it is not sent any more.
    `with_wrong_amount`: the same answer with another amount in it. `refusal`: its answer to a request that it will not carry out.
    `endings`: by method, which endings of an order it can play. `pass_time`: what time has brought about by `now`.
    `replay`: take back one effect, as the journal's JSON. `set_quirks`: raises Impossible; returns the effect to be journaled.
    """

    @property
    def name(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def endings(self) -> Mapping[str, Sequence[Ending]]: ...

    def answer(self, request: Request, now: datetime) -> Outcome: ...
    def act(self, action: str, act: Act, now: datetime) -> Outcome: ...
    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook: ...
    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook | None: ...
    def with_wrong_amount(self, answer: Answer) -> Answer: ...
    def refusal(self, request: Request) -> Answer: ...
    def pass_time(self, now: datetime) -> Sequence[Passed]: ...
    def replay(self, effect: bytes) -> None: ...
    def orders(self, limit: int) -> Sequence[Order]: ...
    def quirks(self) -> Mapping[str, Any]: ...
    def quirk_choices(self) -> Mapping[str, Sequence[str]]: ...
    def set_quirks(self, values: Mapping[str, Any]) -> Any: ...


@runtime_checkable
class HasMorePrefixes(Protocol):
    """A simulator of a system with several hosts: it stands under these as well, and `Request.base_url` tells which was called."""

    @property
    def more_prefixes(self) -> Sequence[str]: ...


@runtime_checkable
class HasOwnFaults(Protocol):
    """A simulator with faults beyond those of the way: by name, what each does. It plays them itself, by `Request.fault`."""

    @property
    def own_faults(self) -> Mapping[str, str]: ...


@runtime_checkable
class HasButtons(Protocol):
    """A simulator in which something can be begun by a press, without an order in hand."""

    def buttons(self) -> Sequence[Button]: ...


@runtime_checkable
class HearsDeliveries(Protocol):
    """A simulator that acts on how its notifications fare: told of every try, it returns the change that follows, or None."""

    def delivered(self, webhook: Webhook, *, accepted: bool) -> Any: ...


def prefixes(simulator: Simulator) -> Sequence[str]:
    """Every prefix under which it stands."""
    one: object = simulator
    return [simulator.prefix, *(one.more_prefixes if isinstance(one, HasMorePrefixes) else ())]


def own_faults(simulator: object) -> Mapping[str, str]:
    """Its own faults; empty for what has none."""
    return simulator.own_faults if isinstance(simulator, HasOwnFaults) else {}


def buttons(simulator: object) -> Sequence[Button]:
    return simulator.buttons() if isinstance(simulator, HasButtons) else ()


def no_contracts() -> Sequence[Contract]:
    """What a provider without a blockchain puts on the local one."""
    return ()


@dataclass(frozen=True, slots=True)
class SimulatorEntry:
    """How the sandbox makes a simulator: `config` is the type of what it is told, `make` makes it, `contracts` belong on the local chain.

    A provider names its entry in `Provider.simulator`; it is loaded by a sandbox only.
    """

    config: type[msgspec.Struct]
    make: Callable[[Any], Simulator]
    contracts: Callable[[], Sequence[Contract]] = no_contracts
