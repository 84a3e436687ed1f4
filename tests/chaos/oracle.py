"""The judge. It believes the sandbox's fsynced journal and the client's, and compares them with what Gerbang says at the end.

O1 one object for each acknowledged request · O2 money as at the provider, each once · O3 ledger · O4 letters · O5 audit · O7 nothing
left open · mails. Our own tables are asked only through the API, and through `gerbang verify`.
"""

import asyncio
import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from tests.chaos.shop import Order, Shop

_OVER: Final = frozenset({"captured", "failed", "expired", "cancelled", "abandoned"})
_AT_ONCE: Final = 8


@dataclass(slots=True)
class Book:
    """What the provider did under one of our references."""

    registered: int = 0
    paid: int = 0
    refunds: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Verdicts:
    """What is wrong, by scenario, and how many requests were acknowledged."""

    wrong: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: Counter[str] = field(default_factory=Counter)
    payments: Counter[str] = field(default_factory=Counter)

    def that(self, scenario: str, what: str, *, holds: bool) -> None:
        """Note `what` unless it holds."""
        if not holds:
            self.wrong[scenario].append(what)

    def count(self, scenario: str, word: str) -> int:
        """How many findings of a scenario carry a word."""
        return sum(word in what for what in self.wrong[scenario])


def entries(journal: Path) -> Iterator[dict[str, Any]]:
    """The sandbox's journal, line by line."""
    with journal.open() as lines:
        for line in lines:
            yield json.loads(line)


def books(journal: Path) -> dict[str, Book]:
    """The provider's effects by reference."""
    found: defaultdict[str, Book] = defaultdict(Book)
    for entry in entries(journal):
        effect = entry.get("effect") or {}
        match effect.get("kind"):
            case "registered":
                found[effect["reference"]].registered += 1
            case "paid":
                found[effect["reference"]].paid += effect["amount"]
            case "refunded":
                found[effect["reference"]].refunds.append(effect["amount"])
    return found


def confirmations(journal: Path) -> dict[str, list[str]]:
    """By receiver the Message-IDs of the mails that confirm a payment. The sandbox's mailbox keeps the newest only."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries(journal):
        effect = entry.get("effect") or {}
        if effect.get("kind") == "message" and " masuk" in effect["subject"]:
            for receiver in effect["to"]:
                found[receiver].append(effect["message_id"])
    return found


async def judge(shop: Shop) -> Verdicts:
    """Everything, at the end of a run, when nothing is under way any more."""
    verdicts = Verdicts()
    for scenario, what in shop.wrong:
        verdicts.wrong[scenario].append(what)
    for tag in shop.unfinished:
        verdicts.wrong[shop.orders[tag].scenario].append(f"O7 stuck: {tag} did not come to its end")
    for tag, task in shop.tasks.items():
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            verdicts.wrong[shop.orders[tag].scenario].append(f"O1 {tag} ended with {type(error).__name__}: {error}")
    journal = shop.house.data / "sandbox" / "journal.jsonl"
    provider, mails = books(journal), confirmations(journal)
    payments = await shop.all_of("/v1/payments")
    await _one_object_each(shop, verdicts, payments)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(payment: dict[str, Any]) -> None:
        async with gate:
            await _payment(shop, verdicts, provider, payment)
            _confirmed(shop, verdicts, mails, payment)

    await asyncio.gather(*(one(payment) for payment in payments))
    known = {attempt["id"] for payment in payments for attempt in payment["attempts"]}
    strangers = sorted(set(provider) - known)
    verdicts.that("all", f"O2 the provider has orders that we lack: {strangers[:5]}", holds=not strangers)
    await _books_balance(shop, verdicts)
    await _letters(shop, verdicts, journal)
    await _nothing_parked(shop, verdicts)
    swept = await shop.house.verify()
    verdicts.that("all", f"gerbang verify: {swept['violations'][:5]}", holds=not swept["violations"])
    return verdicts


async def _one_object_each(shop: Shop, verdicts: Verdicts, payments: list[dict[str, Any]]) -> None:
    """O1: what was acknowledged is there, under that id, and nothing is there twice."""
    by_tag: defaultdict[str, list[str]] = defaultdict(list)
    for payment in payments:
        by_tag[payment["order_reference"]].append(payment["id"])
    for tag, made in by_tag.items():
        scenario = shop.orders[tag].scenario if tag in shop.orders else "all"
        verdicts.payments[scenario] += len(made)
        verdicts.that(scenario, f"O1 doubled: {tag} is {made}", holds=len(made) == 1)
    for line in shop.journal.lines("created"):
        verdicts.acknowledged[line["scenario"]] += 1
        missing = f"O1 lost: {line['tag']} was acknowledged as {line['payment']}"
        verdicts.that(line["scenario"], missing, holds=line["payment"] in by_tag[line["tag"]])
    refunds = {refund["id"] for payment in payments for refund in payment["refunds"]}
    for line in shop.journal.lines("refund"):
        verdicts.acknowledged[line["scenario"]] += 1
        missing = f"O1 lost: refund {line['refund']} of {line['tag']}"
        verdicts.that(line["scenario"], missing, holds=line["refund"] in refunds)


async def _payment(shop: Shop, verdicts: Verdicts, provider: dict[str, Book], payment: dict[str, Any]) -> None:
    order = shop.orders.get(payment["order_reference"])
    if order is None:
        verdicts.wrong["all"].append(f"O1 nobody ordered {payment['id']}")
        return
    mine = [provider.get(attempt["id"], Book()) for attempt in payment["attempts"]]
    paid, back = sum(book.paid for book in mine), [amount for book in mine for amount in book.refunds]
    tag, refunds = order.tag, payment["refunds"]

    def that(what: str, *, holds: bool) -> None:
        verdicts.that(order.scenario, f"{what}: {tag} {payment['id']}", holds=holds)

    that(f"O2 captured {payment['amount_captured']}, at the provider {paid}", holds=payment["amount_captured"] == paid)
    that(f"O2 doubled: the provider was paid {paid}", holds=paid <= order.amount)
    that("O2 doubled: one reference registered twice", holds=all(book.registered <= 1 for book in mine))
    by_provider = [r["amount"] for r in refunds if r["status"] == "succeeded" and order.card]
    that(
        f"O2 {_excess(by_provider, back)} refund: ours {by_provider}, theirs {back}",
        holds=sorted(by_provider) == sorted(back),
    )
    that(
        f"O2 {len(refunds)} refunds of {len(order.refunds)} asked for",
        holds=sorted(r["amount"] for r in refunds) == sorted(order.refunds),
    )
    that(f"O2 status {payment['status']}", holds=payment["status"] in _statuses(order, paid))
    that("O7 open attempt", holds=all(a["status"] in _OVER for a in payment["attempts"]) or not order.is_paid)
    that("O7 open refund", holds=all(r["status"] == "succeeded" for r in refunds))
    await _ledger_of(shop, payment, that)
    await _audit_of(shop, payment, that)


def _excess(ours: list[int], theirs: list[int]) -> str:
    return "doubled" if sum(theirs) > sum(ours) else "lost"


def _statuses(order: Order, paid: int) -> set[str]:
    if not paid:
        return {"created", "pending", "expired"}
    if not order.refunds:
        return {"paid"}
    return {"refunded" if sum(order.refunds) == order.amount else "partially_refunded"}


async def _ledger_of(shop: Shop, payment: dict[str, Any], that: Any) -> None:
    """O3: recomputed from the lines: sales are what came in, once; what went back is gone once."""
    lines = (await shop.call("GET", f"/v1/ledger/postings?payment={payment['id']}"))["data"]
    balance: Counter[str] = Counter()
    for line in lines:
        balance[line["debit"]] += line["amount"]
        balance[line["credit"]] -= line["amount"]
    captures = [line for line in lines if line["kind"] == "capture"]
    that(f"O3 {len(captures)} captures", holds=len(captures) == (payment["amount_captured"] > 0))
    that(f"O3 sales {-balance['sales']}", holds=-balance["sales"] == payment["amount_captured"])
    that(f"O3 refunds {balance['refunds']}", holds=balance["refunds"] == payment["amount_refunded"])
    that(f"O3 still owed {balance['refunds_payable']}", holds=balance["refunds_payable"] == 0)


async def _audit_of(shop: Shop, payment: dict[str, Any], that: Any) -> None:
    """O5: each action has its row, once."""
    moments = (await shop.call("GET", f"/v1/payments/{payment['id']}/timeline"))["data"]
    kinds = Counter(moment["kind"] for moment in moments)
    captures = [m for m in moments if m["kind"] == "payment.moved" and m["detail"].get("to") == "captured"]
    that(f"O5 created {kinds['payment.created']} times", holds=kinds["payment.created"] == 1)
    that(f"O5 {kinds['refund.requested']} refunds", holds=kinds["refund.requested"] == len(payment["refunds"]))
    that(f"O5 captured {len(captures)} times", holds=len(captures) == (payment["amount_captured"] > 0))


async def _books_balance(shop: Shop, verdicts: Verdicts) -> None:
    accounts = (await shop.call("GET", "/v1/ledger/accounts"))["data"]
    total = sum(account["balance"] for account in accounts)
    verdicts.that("all", f"O3 the books are off by {total}", holds=total == 0)


async def _letters(shop: Shop, verdicts: Verdicts, journal: Path) -> None:
    """O4: every letter that we took with 200 is stored byte for byte and worked on; a forged one is nowhere."""
    taken: set[tuple[str, int]] = set()
    refused: set[tuple[str, int]] = set()
    for entry in entries(journal):
        if entry["direction"] == "out" and entry.get("delivery"):
            (taken if entry["delivery"]["accepted"] else refused).add((entry.get("body", ""), entry.get("status", 0)))
    events = await shop.all_of("/v1/webhook-events")
    gate = asyncio.Semaphore(_AT_ONCE)

    async def body(event: dict[str, Any]) -> str:
        async with gate:
            whole = await shop.call("GET", f"/v1/webhook-events/{event['id']}")
        return base64.b64decode(whole["body_base64"]).decode()

    bodies = Counter(await asyncio.gather(*(body(event) for event in events)))
    lost = [letter for letter, _ in taken if letter not in bodies]
    verdicts.that("all", f"O4 lost {len(lost)} letters of {len(taken)} that were acknowledged", holds=not lost)
    verdicts.that("all", "O4 doubled: a letter is two events", holds=all(count == 1 for count in bodies.values()))
    forged = [letter for letter, status in refused if status == 401 and letter in bodies]
    verdicts.that("all", f"O4 {len(forged)} forged letters were kept", holds=not forged)
    open_ = [event["id"] for event in events if event["status"] != "done"]
    verdicts.that("all", f"O4 not worked on: {open_[:5]}", holds=not open_)
    verdicts.acknowledged["all"] += len(taken)


def _confirmed(shop: Shop, verdicts: Verdicts, mails: dict[str, list[str]], payment: dict[str, Any]) -> None:
    """A paid payment was confirmed by mail; a repeated mail carries the Message-ID of the first."""
    order = shop.orders.get(payment["order_reference"])
    sent = mails.get(payment["customer"]["email"], [])
    what = f"mail: confirmed {len(set(sent))} times ({len(sent)} mails): {payment['order_reference']} {payment['id']}"
    verdicts.that(order.scenario if order else "all", what, holds=len(set(sent)) == bool(payment["amount_captured"]))


async def _nothing_parked(shop: Shop, verdicts: Verdicts) -> None:
    """No manual step: no job waits for a person."""
    connection = await asyncpg.connect(shop.house.server.addresses.admin_dsn)
    try:
        rows = await connection.fetch("SELECT kind, key, error FROM jobs WHERE parked_at IS NOT NULL LIMIT 5")
    finally:
        await connection.close()
    verdicts.that("all", f"parked jobs: {[dict(row) for row in rows]}", holds=not rows)
