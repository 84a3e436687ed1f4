"""Payouts in the console: an empty list that teaches, one payout with what it is made of, lines, and the decision about one that is held."""

import html

import pytest

from gerbang.core.identity.model import Role
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge, one_shop
from tests.web.console.test_operators import signed_in
from tests.web.statements import line, market, payout, sold, taken

__all__ = ["one_shop"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_payouts_are_explained_and_a_held_line_is_decided_about(one_shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = one_shop
    desk = await signed_in(edge, Role.FINANCE)

    async def page(path: str, language: str = "id") -> str:
        answer = await desk.get(path, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    for path in ("/console/payouts", "/console/settlements"):
        assert "Hubungkan toko marketplace" in await page(path)
    shop, other = await market(edge, "uang")
    refund = line(FeeKind.REFUND, -10_000_000, "S1")
    await taken(edge, shop, [*sold("S1"), refund], payout("S1", 94_000))
    await taken(edge, other, [], payout("S2", 7_000, paid=False))
    told = await page("/console/payouts")
    for words in (
        "S1",
        "S2",
        "Rp\xa094.000",
        "Cocok dengan baris-barisnya",
        "belum menyebut satu baris pun",
        "Belum dibayar",
    ):
        assert words in told, words
    assert "S2" not in await page("/console/payouts?paid=paid")
    assert "S1" not in await page(f"/console/payouts?connection={other}")

    (one,) = [one for one in (await edge.get("/v1/payouts")).json()["data"] if one["statement"] == "S1"]
    told = await page(f"/console/payouts/{one['id']}")
    for words in ("Penjualan", "Rp\xa0100.000", "−Rp\xa04.500", "Komisi", "Ditahan", "satuan lain", "Semua baris"):
        assert words in told, words
    file = await desk.get(f"/console/payouts/{one['id']}/csv")
    assert (file.headers["content-type"], b"settle" in file.content, b"-4500" in file.content) == (
        "text/csv; charset=utf-8",
        False,
        True,
    )

    (held,) = (await edge.get("/v1/settlements", status="held")).json()["data"]
    where = f"/console/settlements/{held['id']}"
    assert f'href="{where}"' in await page("/console/settlements?status=held")
    assert "Bandingkan dulu" in await page(where)
    needs_you = await page("/console/work")
    assert f'href="{where}"' in needs_you
    assert "Baris tagihan diragukan" in needs_you
    assert "in doubt" in await page("/console/work?kind=settlement_line", "en")
    for form in ({"decision": "perhaps"}, {"decision": "book", "amount": "banyak"}):
        refused = await desk.post(where, data=form)
        assert refused.status_code == 422, refused.text
        assert "banyak" in refused.text or form["decision"] == "perhaps"
    done = await desk.post(where, data={"decision": "book", "amount": "Rp 100.000"})
    assert done.headers["location"] == "/console/settlements?status=held&done=booked"
    assert "Keputusannya disimpan." in await page(done.headers["location"])
    assert (await edge.get(f"/v1/settlements/{held['id']}")).json()["booked"] == -100_000
    late = await desk.post(where, data={"decision": "set_aside"})
    assert "tidak menunggu keputusan" in await page(late.headers["location"])
    support = await signed_in(edge, Role.SUPPORT)
    assert (await support.get("/console/payouts")).status_code == 403
