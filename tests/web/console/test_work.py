"""What waits for a person: one list, counted in the navigation, said in the payments list, done in one press."""

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.inbox.routing import NOBODY
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.open_work.reminder import DailyReminder
from gerbang.core.payments.webhook_handler import UNKNOWN_ATTEMPT
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge
from tests.web.console.test_operators import a_paid_payment, signed_in

Shop = tuple[Edge, Sandbox]


async def set_rows(edge: Edge, statement: str, *values: Any) -> None:
    async with edge.services.db.transaction() as tx:
        await tx.execute(statement, *values)


async def counts(edge: Edge) -> dict[str, int]:
    return {kind: count for kind, count in (await edge.services.payments.work_counts(100)).items() if count}


async def test_an_empty_list_says_what_will_appear(shop: Shop) -> None:
    edge, _ = shop
    desk = await signed_in(edge, Role.ADMIN)
    page = await desk.get("/console/work")
    assert "Tidak ada yang menunggu Anda." in page.text
    assert 'class="n"' not in page.text
    english = await desk.get("/console/work?lang=en")
    assert "Nothing waits for you." in english.text
    await desk.aclose()


async def test_everything_that_waits_stands_in_the_list_with_what_happens_if_nobody_acts(shop: Shop) -> None:
    edge, sandbox = shop
    desk = await signed_in(edge, Role.FINANCE)
    made = [await a_paid_payment(edge, sandbox, order_reference=f"LBG-{number}") for number in range(6)]
    refunds = [
        (await edge.post(f"/v1/payments/{one}/refunds", body={"reason": "Stok habis"}, key="new")).json()["id"]
        for one in made[:3]
    ]
    inner = [ids.read("ref", refund) for refund in refunds]
    await set_rows(edge, "UPDATE refunds SET status = 'unknown', failure = 'not confirmed' WHERE id = $1", inner[1])
    await set_rows(
        edge,
        "UPDATE refunds SET status = 'failed', failure = 'balance', needs_attention = true WHERE id = $1",
        inner[2],
    )
    for number, status in ((3, "held"), (4, "disputed"), (5, "unknown")):
        await set_rows(edge, "UPDATE payments SET status = $2 WHERE id = $1", ids.read("pay", made[number]), status)
    assert await counts(edge) == dict.fromkeys(("transfer", "held", "disputed", "unknown", "doubt", "failed"), 1)
    page = await desk.get("/console/work")
    assert "6 hal menunggu Anda" in page.text
    assert page.text.count("Jika didiamkan:") == 6
    assert re.search(r'<span class="n">6<span', (await desk.get("/console/payments")).text)
    only = await desk.get("/console/work?kind=transfer")
    assert only.text.count("Jika didiamkan:") == 1
    assert f'href="/console/refunds/{refunds[0]}/destination"' in only.text
    listed = (await desk.get("/console/payments")).text
    assert "transfer balik Rp\u00a0150.000" in listed
    assert "pengembalian Rp\u00a0150.000 gagal" in listed
    support = await signed_in(edge, Role.SUPPORT)
    seen = (await support.get("/console/work")).text
    assert "/settle" not in seen
    assert "/destination" not in seen
    assert (await desk.post(f"/console/refunds/{refunds[2]}/dismiss", data={})).status_code == 303
    assert "failed" not in await counts(edge)
    today = (await desk.get("/console/work")).text.partition("Selesai hari ini")[2]
    assert "Sudah diurus" in today
    assert "Ratih finance (Keuangan)" in today
    assert f'href="/console/payments/{made[2]}"' in today
    await asyncio.gather(desk.aclose(), support.aclose())


async def test_a_line_is_claimed_by_one_person_released_again_and_lapses_after_a_day(shop: Shop) -> None:
    edge, sandbox = shop
    made = [await a_paid_payment(edge, sandbox) for _ in range(3)]
    for one in made:
        await set_rows(edge, "UPDATE payments SET status = 'held' WHERE id = $1", ids.read("pay", one))
    lines = [f"held.{ids.read('pay', one).hex}" for one in made]
    desk, other, boss = [await signed_in(edge, role) for role in (Role.FINANCE, Role.SUPPORT, Role.ADMIN)]
    took = await desk.post("/console/work/claim", data={"line": lines[:2], "kind": "held"})
    assert took.headers["location"] == "/console/work?kind=held&done=claimed&count=2&of=2"
    assert "2 dari 2 Anda ambil." in (await desk.get(took.headers["location"])).text
    assert "Ratih finance (Keuangan), sejak" in (await other.get("/console/work")).text
    late = await other.post("/console/work/claim", data={"line": [*lines, "held.nonsense", f"surplus.{lines[2][5:]}"]})
    assert (
        late.headers["location"] == "/console/work?done=claimed&count=1&of=4"
    )  # two are another's, one waits not as that
    not_theirs = await other.post("/console/work/release", data={"only": lines[0]})
    assert not_theirs.headers["location"].endswith("count=0&of=1")
    assert (
        (await desk.post("/console/work/release", data={"only": lines[0]})).headers["location"].endswith("count=1&of=1")
    )
    assert (
        (await boss.post("/console/work/release", data={"only": lines[1]})).headers["location"].endswith("count=1&of=1")
    )
    assert [len(await edge.audited(f"work.{done}")) for done in ("claimed", "released")] == [3, 2]
    await set_rows(edge, "UPDATE work_claims SET claimed_at = claimed_at - interval '25 hours'")
    assert "sejak" not in (await desk.get("/console/work")).text.partition('class="todo"')[2].replace(
        "menunggu sejak", ""
    )
    assert (
        (await desk.post("/console/work/claim", data={"only": lines[2]})).headers["location"].endswith("count=1&of=1")
    )
    assert "Centang dulu" in (await desk.get((await desk.post("/console/work/claim")).headers["location"])).text
    await asyncio.gather(desk.aclose(), other.aclose(), boss.aclose())


async def test_several_failed_refunds_are_noted_as_dealt_with_and_nothing_else_is_done_to_several(shop: Shop) -> None:
    edge, sandbox = shop
    desk = await signed_in(edge, Role.FINANCE)
    refunds = []
    for _ in range(2):
        made = await a_paid_payment(edge, sandbox)
        asked = await edge.post(f"/v1/payments/{made}/refunds", body={"reason": "Stok habis"}, key="new")
        refunds.append(ids.read("ref", asked.json()["id"]))
    await set_rows(edge, "UPDATE refunds SET status = 'failed', needs_attention = true WHERE id = $1", refunds[0])
    lines = [f"failed.{refunds[0].hex}", f"transfer.{refunds[1].hex}"]
    page = (await desk.get("/console/work?kind=failed")).text
    assert "/console/work/dismiss" in page
    assert "/console/work/dismiss" not in (await desk.get("/console/work?kind=transfer")).text
    sent = await desk.post("/console/work/dismiss", data={"line": lines})
    assert sent.headers["location"] == "/console/work?done=dismissed&count=1&of=2"
    assert await counts(edge) == {"transfer": 1}
    support = await signed_in(edge, Role.SUPPORT)
    assert (await support.post("/console/work/dismiss", data={"line": lines})).status_code == 403
    await asyncio.gather(desk.aclose(), support.aclose())


async def surplus_of(edge: Edge, payment: UUID) -> int:
    return (await edge.services.payments.get(payment)).payment.excess_owed


async def test_a_surplus_becomes_a_refund_in_one_press_and_two_presses_are_one(shop: Shop) -> None:
    """R64: never is a part of the sale given back as surplus."""
    edge, sandbox = shop
    desk = await signed_in(edge, Role.FINANCE)
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        await client.post("/control/nicepay/pay", json={"number": made["next_action"]["number"], "amount": 170_000})
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    payment = ids.read("pay", made["id"])
    assert (await surplus_of(edge, payment), await counts(edge)) == (20_000, {"surplus": 1})
    assert "kelebihan Rp\u00a020.000 belum kembali" in (await desk.get("/console/payments")).text
    assert "Kembalikan Rp\u00a020.000" in (await desk.get("/console/work")).text
    press = f"/console/payments/{made['id']}/return-excess"
    await asyncio.gather(*(desk.post(press, data={}) for _ in range(4)))
    listed = (await edge.get("/v1/refunds", payment=made["id"])).json()["data"]
    assert [refund["amount"] for refund in listed] == [20_000]
    assert (await surplus_of(edge, payment), await counts(edge)) == (0, {"transfer": 1})
    await desk.aclose()


async def test_what_waits_is_counted_to_a_bound_and_paged_oldest_first(shop: Shop) -> None:
    """R67"""
    edge, _ = shop
    desk = await signed_in(edge, Role.ADMIN)
    await edge.create()
    await set_rows(
        edge,
        """
        INSERT INTO payments (id, status, late, livemode, amount, currency, description, created_at, updated_at, expires_at)
        SELECT gen_random_uuid(), 'held', false, true, 1000, 'IDR', 'x', now() - n * interval '1 minute', now(), now()
        FROM generate_series(1, 120) n
        """,
    )
    await set_rows(edge, "INSERT INTO payment_payers (payment_id) SELECT id FROM payments WHERE status = 'held'")
    page = await desk.get("/console/work?kind=held")
    assert '<span class="n">99+<span' in page.text
    assert page.text.count("Jika didiamkan:") == 50
    older = re.search(r'href="(/console/work\?kind=held&amp;cursor=[^"]+)" rel="next"', page.text)
    assert older
    second = await desk.get(older[1].replace("&amp;", "&"))
    assert second.text.count("Jika didiamkan:") == 50
    ids_of = [set(re.findall(r"/console/payments/(pay_\w+)\"", one.text)) for one in (page, second)]
    assert not ids_of[0] & ids_of[1]
    await desk.aclose()


async def test_money_after_a_cancel_an_order_paid_twice_and_a_message_of_an_unknown_payment_each_have_their_line(
    shop: Shop,
) -> None:
    edge, sandbox = shop
    desk = await signed_in(edge, Role.FINANCE)
    made = [await a_paid_payment(edge, sandbox, order_reference=order) for order in ("LBG-1", "LBG-1", "LBG-2")]
    first, second, late = (ids.read("pay", one) for one in made)
    await set_rows(edge, "UPDATE payments SET late = true, cancelled_at = paid_at WHERE id = $1", late)
    async with edge.services.db.transaction() as tx:
        await decisions.look_again(tx, [first, second, late])
    events = {ids.new(): ("att_gone", UNKNOWN_ATTEMPT), ids.new(): ("msg_1", NOBODY)}
    for event, (subject, outcome) in events.items():
        await set_rows(
            edge,
            "INSERT INTO inbox (id, connection, key, subject, shard, type, headers, body, status, tries, outcome)"
            " VALUES ($1, 'nicepay-uji', $2, $2, 0, 'payment', '{}', '', 'parked', 4, $3)",
            *(event, subject, outcome),
        )
    await set_rows(
        edge,
        "INSERT INTO inbox_seen (connection, key, id) SELECT connection, key, id FROM inbox ON CONFLICT DO NOTHING",
    )
    assert await counts(edge) == {"late": 1, "duplicate": 1, "unmatched": 2}
    page = (await desk.get("/console/work?lang=en")).text
    assert re.search(r'<span class="n">4<span', page)
    assert "came after the payment was cancelled" in page
    assert f'It was paid before by <a class="mono" href="/console/payments/{made[0]}">' in page
    assert "message payment about att_gone: its payment is not here" in page
    assert "message payment about msg_1: nothing here can work on it" in page
    for kind in ("late", "duplicate"):
        assert (await desk.get(f"/console/work?kind={kind}")).text.count(
            f"/console/payments/{made[2 if kind == 'late' else 1]}/resolve"
        ) == 1
    asked = (await desk.get(f"/console/payments/{made[2]}/resolve?lang=en")).text
    assert "Accept: the order is fulfilled" in asked
    assert "no money came in" not in asked
    released = await edge.post(f"/v1/payments/{made[2]}/resolve", body={"decision": "release", "reason": "none came"})
    assert (released.status_code, released.json()["detail"]) == (409, "The money is in: accept it, or refund it.")
    await desk.post(f"/console/payments/{made[2]}/resolve", data={"decision": "accept", "reason": "Dikirim besok"})
    await edge.post(f"/v1/payments/{made[1]}/resolve", body={"decision": "refund", "reason": "paid twice"})
    shown, other = [ids.show("evt", event) for event in events]
    admin = await signed_in(edge, Role.ADMIN)
    assert "/set-aside" in (await admin.get(f"/console/webhooks/{shown}")).text
    assert (await admin.post(f"/console/webhooks/{shown}/set-aside", data={})).status_code == 303
    await admin.post(f"/console/webhooks/{other}/set-aside", data={})
    assert await counts(edge) == {"transfer": 1}
    again = await edge.post(f"/v1/payments/{made[2]}/resolve", body={"decision": "accept", "reason": "again"})
    assert (again.status_code, again.json()["code"]) == (409, "not_held")
    await asyncio.gather(desk.aclose(), admin.aclose())


async def test_operators_are_reminded_once_a_day_until_nothing_waits(shop: Shop) -> None:
    edge, sandbox = shop
    context = edge.services.payments.context
    assert not await DailyReminder(24).run_once(context)  # too early in the day
    assert not await DailyReminder(0).run_once(context)  # nothing waits
    await set_rows(edge, "DELETE FROM work_reminders")
    made = await a_paid_payment(edge, sandbox)
    await edge.post(f"/v1/payments/{made}/refunds", body={"reason": "Stok habis"}, key="new")
    told = [await DailyReminder(0).run_once(context) for _ in range(3)]
    assert told == [True, False, False]
    async with edge.services.db.reading() as tx:
        rows = await tx.fetch("SELECT data FROM announcements WHERE type = 'work.waiting'")
        assert await tx.fetchval("SELECT count(*) FROM jobs WHERE kind LIKE 'work%'") == 0
    assert [(row["data"]["counts"], row["data"]["livemode"]) for row in rows] == [({"transfer": 1}, False)]
