"""The judge of `eleven`. It believes the sandbox's fsynced journal, and compares it with what Gerbang says through its API and has told its endpoint."""

import asyncio
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from tests.chaos.shop import Shop
from tests.core.endpoints.receiver import Receiver

if TYPE_CHECKING:
    from tests.chaos.eleven import Report

SELLERS: Final = {"400100200": "lazada-uji-1", "400100201": "lazada-uji-2"}
# Lazada does not say where "constant polling" begins, for which it may switch an app off: our own line is a call a second of each shop's list.
MOST_LISTS_A_MINUTE: Final = 60
_WORDS: Final = {"canceled": "cancelled"}
_SHOWN: Final = 5
Key = tuple[str, str]  # shop and number
States = dict[str, str]  # of items


@dataclass(slots=True)
class Truth:
    """What the journal tells, as far as it was read."""

    orders: dict[Key, States] = field(default_factory=dict)
    skus: dict[Key, str] = field(default_factory=dict)
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    bans: Counter[str] = field(default_factory=Counter)
    pushes: Counter[bool] = field(default_factory=Counter)
    stops: int = 0
    _offset: int = 0

    def read_on(self, path: Path) -> None:
        """Read the lines that came since."""
        with path.open("rb") as lines:
            lines.seek(self._offset)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                self._take(json.loads(line))

    def _take(self, entry: dict[str, Any]) -> None:
        if entry["provider"] != "lazada":
            return
        effect = entry.get("effect") or {}
        if effect.get("kind") == "lazada_order":
            key = (SELLERS[effect["seller"]], str(effect["id"]))
            items = effect["items"]
            self.orders[key] = {str(one["id"]): _WORDS.get(one["status"], one["status"]) for one in items}
            self.skus[key] = items[0]["seller_sku"]
        if effect.get("kind") == "lazada_push":
            self.stops += effect["stopped"]
        if entry.get("delivery"):
            self.pushes[entry["delivery"]["accepted"]] += 1
        country, _, api = entry["route"].removeprefix("/lazada/").partition("/rest")
        if entry["direction"] == "in" and api:
            fault = entry.get("fault", "")
            self.calls[country, api, entry["at"][:16]] += 1
            self.faults.update([fault] if fault else [])
            if not fault and '"ApiCallLimit"' in entry.get("answer", "")[:400]:
                self.bans[api] += 1

    def most_a_minute(self, until: str) -> dict[str, int]:
        """The most calls of an API in a minute, of one shop, in the minutes before `until`."""
        found: dict[str, int] = {}
        for (_, api, minute), count in self.calls.items():
            if minute < until[:16]:
                found[api] = max(found.get(api, 0), count)
        return found


async def said_by(shop: Shop) -> list[dict[str, Any]]:
    """Every order of Lazada's that the API shows."""
    return await shop.all_of("/v1/orders", channel="lazada")


def differences(truth: Truth, said: list[dict[str, Any]]) -> list[str]:
    """What is missing, there twice, of nobody, or stands elsewhere than Lazada says."""
    ours: defaultdict[Key, list[States]] = defaultdict(list)
    for one in said:
        ours[one["connection"], one["external_id"]].append({i["external_id"]: i["status"] for i in one["items"]})
    groups: dict[str, list[Any]] = {
        "missing": [key for key in truth.orders if key not in ours],
        "there twice": [key for key, found in ours.items() if len(found) > 1],
        "of nobody": [key for key in ours if key not in truth.orders],
        "elsewhere than Lazada says": [
            (*key, found[0], truth.orders[key])
            for key, found in ours.items()
            if key in truth.orders and found[0] != truth.orders[key]
        ],
    }
    return [f"{len(found)} orders {what}: {found[:_SHOWN]}" for what, found in groups.items() if found]


async def judge(shop: Shop, receiver: Receiver, report: "Report", stock: int) -> None:
    """Everything, when nothing is under way any more; what is wrong stands among the report's findings."""
    truth = Truth()
    await asyncio.to_thread(truth.read_on, shop.house.data / "sandbox" / "journal.jsonl")
    said, wrong = await said_by(shop), report.findings
    wrong += differences(truth, said)
    acknowledged = [(one["shop"], one["order"]) for one in shop.journal.lines("ordered")]
    lost = [key for key in acknowledged if key not in truth.orders]
    if lost or len(acknowledged) != report.orders:
        wrong.append(
            f"{len(acknowledged)} of {report.orders} orders were placed, {len(lost)} of them are not in the journal"
        )
    wrong += await _stock(shop, truth, stock)
    wrong += events(receiver, said)
    wrong += [f"{kind}: {what}" for kind, what in shop.wrong]
    wrong += await _parked(shop)
    swept = await shop.house.verify()
    wrong += [f"gerbang verify: {one}" for one in swept["violations"][:_SHOWN]]
    report.faults, report.push_stopped = truth.faults, truth.stops
    report.pushes, report.refused_pushes = truth.pushes[True], truth.pushes[False]
    report.calls, report.bans, report.calls_a_minute = (
        truth.calls.total(),
        truth.bans.total(),
        truth.most_a_minute(report.sold_at),
    )
    report.events = len({one.id for one in receiver.came})
    report.repeated = len(receiver.came) - report.events
    if (most := report.calls_a_minute.get("/orders/get", 0)) > MOST_LISTS_A_MINUTE:
        wrong.append(f"a shop's list was asked for {most} times in a minute; {MOST_LISTS_A_MINUTE} is the most")
    if truth.bans["/orders/get"]:
        wrong.append(f"the poll was banned {truth.bans['/orders/get']} times")


async def _stock(shop: Shop, truth: Truth, stock: int) -> list[str]:
    """Each SKU: what stood there is there, and reserved is what was bought and not cancelled."""
    kept: Counter[str] = Counter()
    for key, items in truth.orders.items():
        kept[truth.skus[key]] += sum(status != "cancelled" for status in items.values())
    wrong = []
    for product in await shop.all_of("/v1/products"):
        places = [one for one in product["stock"] if one["fulfilled_by"] is None]
        there, reserved = sum(one["quantity"] for one in places), sum(one["reserved"] for one in places)
        if product["sku"] in kept and (there, reserved) != (stock, kept[product["sku"]]):
            wrong.append(
                f"{product['sku']}: {there} there, {reserved} reserved; {stock} and {kept[product['sku']]} are right"
            )
    return wrong


def events(receiver: Receiver, said: list[dict[str, Any]]) -> list[str]:
    """Of each order every change was told under one id: its sequences are one, two, three and so on, and the first alone says that it is new."""
    told: defaultdict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    wrong = []
    for one in receiver.came:
        body = json.loads(one.body)
        about = body["data"]["id"]
        this = (one.id, body["type"])
        if told[about].setdefault(body["sequence"], this) != this:
            wrong.append(
                f"{about}: change {body['sequence']} was told as {told[about][body['sequence']]} and as {this}"
            )
    ids = Counter(this[0] for changes in told.values() for this in changes.values())
    wrong += [f"{id_} tells of {count} changes" for id_, count in ids.items() if count > 1]
    for order in said:
        changes = told.get(order["id"], {})
        if sorted(changes) != list(range(1, len(changes) + 1)) or not changes:
            wrong.append(f"{order['id']}: the changes {sorted(changes)} were told")
        elif changes[1][1] != "order.created" or sum(this[1] == "order.created" for this in changes.values()) != 1:
            wrong.append(f"{order['id']} was told as {[this[1] for this in changes.values()]}")
    return wrong[: _SHOWN * 4]


async def _parked(shop: Shop) -> list[str]:
    """No job waits for a person."""
    admin = await asyncpg.connect(shop.house.server.addresses.admin_dsn)
    try:
        rows = await admin.fetch("SELECT kind, key, error FROM jobs WHERE parked_at IS NOT NULL LIMIT 5")
    finally:
        await admin.close()
    return [f"a parked job: {dict(row)}" for row in rows]
