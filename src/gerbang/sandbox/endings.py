"""The catalogue of endings: what each of them is, what must be seen in Gerbang, and which calls bring it about. Pure; scenario_runner.py calls.

A call goes to the sandbox (`/control/…`), or to Gerbang as any merchant's program calls it (`/v1/…`). A simulator says which it can play.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from gerbang.ports.simulator import Ending

CHAIN: Final = "chain"
ON_CHAIN: Final[Mapping[str, Sequence[Ending]]] = {
    "crypto": (
        Ending("paid"),
        Ending("under"),
        Ending("over"),
        Ending("parts"),
        Ending("twice"),
        Ending("wrong_coin"),
        Ending("taken_back"),
    )
}


SENT: Final = "0x…"  # stands in a call for the transaction that the wallet sent before it


class Call(NamedTuple):
    """One HTTP request with a JSON body."""

    method: str
    path: str
    body: Mapping[str, Any]


class Target(NamedTuple):
    """What is to end: the payment, its attempt's `reference` at the provider, the amount in the units that the provider counts."""

    provider: str
    method: str
    ending: Ending
    payment: str = "pay_…"
    reference: str = "att_…"
    amount: int = 150_000
    another: Mapping[str, str] = {"bank": "BNI"}


class Scenario(NamedTuple):
    """`own`: it needs a payment that is made while it plays, so it makes one itself."""

    title: str
    see: str
    calls: Callable[[Target], Sequence[Call]]
    own: bool = False


def _control(on: Target, call: str, **body: Any) -> Call:
    return Call("POST", f"/control/{on.provider}/{call}", {"reference": on.reference, **body})


def _fault(on: Target, **body: Any) -> Call:
    return Call("PUT", f"/control/{on.provider}/faults", body)


def _gerbang(on: Target, act: str, **body: Any) -> Call:
    return Call("POST", f"/v1/payments/{on.payment}/{act}", body)


def _pay(on: Target, amount: int | None = None) -> Sequence[Call]:
    return (_control(on, "pay", **({} if amount is None else {"amount": amount})),)


def _looked_at(on: Target) -> Call:
    """Gerbang asks the provider (or its node) now instead of at its own time."""
    return _gerbang(on, "refresh")


def _twice(on: Target) -> Sequence[Call]:
    again = _gerbang(on, "attempts", method=on.method, method_options=on.another)
    newest = Call("POST", f"/control/{on.provider}/pay", {"payment": on.payment})
    return (again, newest, _control(on, "pay", late=True))


def _refund_refused(on: Target) -> Sequence[Call]:
    refused = _fault(on, kind="says_no", route=on.ending.route, count=1)
    return (*_pay(on), _looked_at(on), refused, _gerbang(on, "refunds", reason="Sandbox: the provider will refuse"))


def _false_word(on: Target) -> Sequence[Call]:
    return (_control(on, on.ending.act) if on.ending.act else _control(on, "webhooks", tamper="status"),)


def _declined(on: Target) -> Sequence[Call]:
    reason = {"reason": on.ending.reason} if on.ending.reason else {}
    return (_control(on, "decline", **reason), _looked_at(on))


STORIES: Final[Mapping[str, Scenario]] = {
    "paid": Scenario(
        "Paid", "The payment turns `paid`, the ledger has clearing against sales, and the payer gets a receipt.", _pay
    ),
    "under": Scenario(
        "Too little",
        "The payment turns `part_paid`: page and mail say what is missing; nothing is thought to be paid.",
        lambda on: _pay(on, on.amount - on.amount // 5),
    ),
    "over": Scenario(
        "Too much",
        "The payment turns `paid`; the surplus stands in `amount_excess` and to the payer's credit, and an operator is told.",
        lambda on: _pay(on, on.amount + on.amount // 5),
    ),
    "late": Scenario(
        "Late",
        "Gerbang has closed the payment as `expired`, then the money comes: it turns `paid` with `late: true`, and an operator is told.",
        lambda on: (_control(on, "expire"), _looked_at(on), _control(on, "pay", late=True)),
    ),
    "parts": Scenario(
        "In two parts",
        "The payment turns `part_paid`, then the rest comes: it is `paid`, with nothing in `amount_excess`.",
        lambda on: (*_pay(on, on.amount - on.amount // 5), *_pay(on, on.amount // 5)),
    ),
    "under_untold": Scenario(
        "Too little, not told",
        "The provider says nothing of money that it did not ask for: the payment stays `pending`, and its page asks for the whole.",
        lambda on: _pay(on, on.amount - on.amount // 5),
    ),
    "under_claimed": Scenario(
        "Too little, told as paid",
        "The provider says that it is paid, our own node sees that less came: that is credited, and the payment is `held` until a person decides.",
        lambda on: (
            _control(on, "pay", amount=on.amount - on.amount // 5, reason="completed"),
            _mined(2),
            _looked_at(on),
        ),
    ),
    "repeated": Scenario(
        "Told four times",
        "One capture and one posting; the webhook is kept once and says how often it was seen.",
        lambda on: (*_pay(on), _control(on, "webhooks", times=3)),
    ),
    "twice": Scenario(
        "Paid twice",
        "The payer chose another bank and paid both numbers: `paid`, the second amount in `amount_excess`, and an operator is told.",
        _twice,
    ),
    "expired": Scenario(
        "Expired",
        "The payment turns `expired`, its page says so, and Gerbang still asks one hour, one day and three days later.",
        lambda on: (_control(on, "expire"), _looked_at(on)),
    ),
    "declined": Scenario(
        "Declined", "The payment turns `failed`, no money moved, and the payer may choose again.", _declined
    ),
    "secure_refused": Scenario(
        "3-D Secure refused",
        "The payment turns `failed` because of 3-D Secure, and the payer may choose again.",
        _declined,
    ),
    "refund_refused": Scenario(
        "Refund refused",
        "The payment stays `paid`; its refund turns `failed` with the provider's reason, and an operator is told.",
        _refund_refused,
    ),
    "taken_back": Scenario(
        "Taken back",
        "It was `paid`; then the money is taken back (by the bank, or by a reorg): lines are reversed, it is `pending` again, an operator is told.",
        lambda on: (*_pay(on), _looked_at(on), _control(on, "refund")),
    ),
    "wrong_coin": Scenario(
        "Wrong coin",
        "A worthless token of the same name arrives: the timeline shows it, and nothing is paid by it.",
        lambda on: (_send(on, token="FAKE"), _looked_at(on)),  # noqa: S106  the name of a coin
    ),
    "lost": Scenario(
        "Webhook lost",
        "Still `pending` although it is paid, until Gerbang asks by itself (1, 5, 15 minutes after the attempt …), or is asked to.",
        lambda on: (_control(on, "webhooks", drop=True), *_pay(on)),
    ),
    "forged": Scenario(
        "Webhook forged",
        "Answered 401 and not kept; Rejected lists its size and digest, and the payment does not move.",
        lambda on: (_control(on, "webhooks", tamper="token"),),
    ),
    "false_word": Scenario(
        "Signed, and not true",
        "The signature is genuine and the word is false: Gerbang looks for itself, finds nothing, and the payment stays `pending`.",
        _false_word,
    ),
    "held": Scenario(
        "Another amount agreed",
        "The provider's answer names another amount than was asked for: the payment is `held` until a person decides, and nobody is asked to pay it.",
        lambda on: (_fault(on, kind="wrong_amount", route=on.ending.route, count=1),),
        own=True,
    ),
    "unknown": Scenario(
        "Answer lost",
        "The payer may be charged and no answer came: the payment is `unknown`, and nothing is sent again. Gerbang asks ten seconds later; once it is found it is `pending`.",
        lambda on: (_fault(on, kind="reset_after_effect", route=on.ending.route, count=1),),
        own=True,
    ),
    "down": Scenario(
        "Provider down",
        "Three calls get 500. No outcome is known, so no attempt is sent again: each is given up for a new one, and the fourth gets through.",
        lambda on: (_fault(on, kind="http_500", count=3),),
        own=True,
    ),
}


def _send(on: Target, amount: int | None = None, **more: Any) -> Call:
    """The demo wallet sends coins for a payment; all that it asks for without an amount."""
    sized = {} if amount is None else {"amount": str(amount)}
    return Call("POST", f"/control/{CHAIN}/pay", {"payment": on.payment, **sized, **more})


def _mined(blocks: int) -> Call:
    return Call("POST", f"/control/{CHAIN}/mine", {"blocks": blocks})


def _sent(on: Target, *amounts: int | None) -> Sequence[Call]:
    return (*(_send(on, amount) for amount in amounts), _mined(2), _looked_at(on))


_ON_CHAIN: Final[Mapping[str, Callable[[Target], Sequence[Call]]]] = {
    "paid": lambda on: _sent(on, None),
    "under": lambda on: _sent(on, on.amount - on.amount // 5),
    "over": lambda on: _sent(on, on.amount + on.amount // 5),
    "parts": lambda on: _sent(on, on.amount - on.amount // 5, on.amount // 5),
    "twice": lambda on: _sent(on, None, on.amount),
    "taken_back": lambda on: (
        *_sent(on, None),
        Call("POST", f"/control/{CHAIN}/drop", {"transaction": SENT}),
        _looked_at(on),
    ),
}


def calls_for(on: Target) -> Sequence[Call]:
    """What brings the ending about, in order."""
    scenario = STORIES[on.ending.name]
    return (_ON_CHAIN.get(on.ending.name, scenario.calls) if on.provider == CHAIN else scenario.calls)(on)


def curl(call: Call, sandbox: str, gerbang: str) -> str:
    """The same call for a terminal; `$KEY` is an API key of Gerbang's."""
    verb = "" if call.method == "POST" else f"-X {call.method} "
    data = f"-d '{msgspec.json.encode(call.body).decode()}'"
    if call.path.startswith("/control/"):
        return f"curl -s {verb}{sandbox}{call.path} {data}"
    headers = '-H "Authorization: Bearer $KEY" -H "Idempotency-Key: $RANDOM" -H "Content-Type: application/json"'
    return f"curl -s {verb}{gerbang}{call.path} {headers} {data}"
