"""Packing, shipping and labels: `success: true` says nothing of a unit, and a unit of which nothing is said may have been packed."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.ports import marketplace
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.marketplace_orders import Carriers, NotDone, NotTold, Packed, Packing, ShipOutcome, Shipped
from gerbang.ports.payment import Account
from gerbang.providers.lazada.adapter import LazadaMarketplace
from gerbang.providers.lazada.codes import Family
from gerbang.providers.lazada.wire import Row
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, refusal, result
from tests.providers.lazada.rows import as_texts
from tests.providers.lazada.vectors import PACK

PDF = b"%PDF-1.4 a label"
PACKING = Packing("560694402192001", ("560694402292001",))


def unit(id_: int, code: str = "0", **more: Any) -> dict[str, Any]:
    return {"order_item_id": id_, "item_err_code": code, "msg": "success", "retry": False, **more}


PACKED_UNIT = unit(1, tracking_number="JX1", shipment_provider="LEX ID", package_id="FP1")


async def test_the_request_is_the_one_that_the_sdk_would_send(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/fulfill/pack"] = result({"pack_order_list": []})
    await lazada.pack(other_side.shop(gateway), [PACKING])
    assert gateway.heard[0].form["packReq"] == PACK
    assert gateway.heard[0].method == "POST"


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
async def test_every_unit_has_its_own_outcome(lazada: LazadaMarketplace, gateway: Gateway, form: Any) -> None:
    units = [PACKED_UNIT, unit(2, "700026"), unit(3, "700024", retry=True), unit(5)]
    answer = result({"pack_order_list": [{"order_id": 10, "order_item_list": units}]})
    gateway.answers["/order/fulfill/pack"] = form(answer)
    found = await lazada.pack(other_side.shop(gateway), [Packing("10", ("1", "2", "3", "4", "5"))])
    assert found[0] == Packed("10", "1", "FP1", "JX1", "LEX ID")
    assert isinstance(found[1], NotDone)
    assert (found[1].code, found[1].retry, found[1].item) == ("700026", False, "2")
    assert isinstance(found[2], NotDone)
    assert found[2].retry
    assert found[3:] == [NotTold("10", "4"), NotTold("10", "5")]  # not mentioned; without a package


async def test_a_result_without_success_still_tells_of_its_units(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    told = {"pack_order_list": [{"order_id": 10, "order_item_list": [PACKED_UNIT, unit(2, "700027")]}]}
    gateway.answers["/order/fulfill/pack"] = result(told, success=False, code="700000")
    found = await lazada.pack(other_side.shop(gateway), [Packing("10", ("1", "2"))])
    assert [type(one) for one in found] == [Packed, NotDone]


async def test_a_pack_whose_answer_is_lost_leaves_its_outcome_open(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/fulfill/pack"] = None
    with pytest.raises(OutcomeUnknown) as lost:
        await lazada.pack(other_side.shop(gateway), [PACKING])
    assert not isinstance(lost.value, Unreachable)
    assert len(gateway.heard) == 1


async def test_a_carrier_is_named_for_cross_border_shops_only(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/fulfill/pack"] = result({"pack_order_list": []})
    await lazada.pack(other_side.shop(gateway), [Packing("10", ("1",), "FM50")])
    asked = json.loads(gateway.heard[0].form["packReq"])
    assert (asked["shipping_allocate_type"], asked["shipment_provider_code"]) == ("NTFS", "FM50")
    with pytest.raises(Refused):
        await lazada.pack(other_side.shop(gateway), [Packing("10", ("1",), "FM50"), Packing("11", ("2",))])
    assert len(gateway.heard) == 1


CALLS: list[tuple[str, str, Callable[[LazadaMarketplace], Any]]] = [
    ("/order/package/rts", "readyToShipReq", lambda one: one.ship),
    ("/order/package/repack", "rePackReq", lambda one: one.repack),
    ("/order/package/sof/delivered", "dbsDeliveryReq", lambda one: one.delivered),
]


@pytest.mark.parametrize(("path", "name", "method"), CALLS, ids=[one[0] for one in CALLS])
async def test_every_parcel_has_its_own_outcome(
    lazada: LazadaMarketplace, gateway: Gateway, path: str, name: str, method: Callable[[Any], Any]
) -> None:
    told = [
        {"package_id": "FP1", "item_err_code": "0", "retry": False},
        {"package_id": "FP2", "item_err_code": "600002", "retry": False},
    ]
    gateway.answers[path] = result({"packages": told})
    call: Callable[[Account, Sequence[str]], Any] = method(lazada)
    found: Sequence[ShipOutcome] = await call(other_side.shop(gateway), ["FP1", "FP2", "FP3"])
    assert (found[0], found[2]) == (Shipped("FP1"), NotTold(package="FP3"))
    assert isinstance(found[1], NotDone)
    assert json.loads(gateway.heard[0].form[name]) == {"packages": [{"package_id": f"FP{n}"} for n in (1, 2, 3)]}


async def test_digital_units_are_delivered_without_a_parcel(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    told = {"orders": [{"order_id": 10, "order_item_list": [unit(1), unit(2, "700020")]}]}
    gateway.answers["/order/digital/delivered"] = result(told)
    found = await lazada.digital_delivered(other_side.shop(gateway), "10", ["1", "2", "3"])
    assert (found[0], found[2]) == (Shipped(item="1"), NotTold("10", "3"))
    assert isinstance(found[1], NotDone)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (
            {"platform_default": 1, "shipment_providers": [], "shipping_allocate_type": "TFS"},
            Carriers(choose=False),
        ),
        (
            {
                "platform_default": "0",
                "shipment_providers": [{"name": "LGS", "provider_code": "FM50"}],
                "shipping_allocate_type": "NTFS",
            },
            Carriers(choose=True, options=(("FM50", "LGS"),)),
        ),
        (
            {"shipment_providers": [{"name": "LEX", "provider_code": "FM1"}], "shipping_allocate_type": "TFS"},
            Carriers(choose=False),
        ),
    ],
)
async def test_a_shop_whose_shipping_lazada_decides_is_never_asked_for_a_carrier(
    lazada: LazadaMarketplace, gateway: Gateway, told: dict[str, Any], wanted: Carriers
) -> None:
    gateway.answers["/order/shipment/providers/get"] = result(told)
    assert await lazada.carriers(other_side.shop(gateway), PACKING) == wanted


async def test_a_label_comes_along_or_lies_behind_its_link(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    shop, path = other_side.shop(gateway), "/order/package/document/get"
    gateway.answers[path] = result({"doc_type": "PDF", "file": base64.b64encode(PDF).decode()})
    assert (await lazada.label(shop, ["FP1"])).body == PDF
    frame = base64.b64encode(b"<iframe src='x'></iframe>").decode()
    gateway.answers |= {
        path: result({"doc_type": "PDF", "file": frame, "pdf_url": f"{gateway.base_url}/labels.pdf"}),
        "/labels.pdf": PDF,
    }
    assert (await lazada.label(shop, ["FP1", "FP2"])).body == PDF
    asked = json.loads(gateway.heard[0].query["getDocumentReq"])
    assert asked == {"doc_type": "PDF", "packages": [{"package_id": "FP1"}]}


@pytest.mark.parametrize("told", [{}, {"pdf_url": "file:///etc/passwd"}, {"file": "AAAA"}])
async def test_no_document_is_no_label(lazada: LazadaMarketplace, gateway: Gateway, told: dict[str, Any]) -> None:
    gateway.answers["/order/package/document/get"] = result(told)
    with pytest.raises(OutcomeUnknown):
        await lazada.label(other_side.shop(gateway), ["FP1"])


async def test_a_live_shops_labels_are_not_fetched_without_encryption(http: Http, gateway: Gateway) -> None:
    class Encrypted(LazadaMarketplace):
        """As if the gateway spoke TLS: what it answers is the same."""

        async def _get(self, account: Account, path: str, family: Family, asked: Mapping[str, str]) -> Row:
            return await super()._get(other_side.shop(gateway), path, family, asked)

    gateway.answers["/order/package/document/get"] = result({"pdf_url": f"{gateway.base_url}/labels.pdf"})
    with pytest.raises(OutcomeUnknown, match="not encrypted"):
        await Encrypted(http).label(other_side.shop(gateway, base_url="https://api.example"), ["FP1"])
    assert len(gateway.heard) == 1


async def test_a_link_that_leads_to_no_pdf_is_no_label(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers = {
        "/order/package/document/get": result({"pdf_url": f"{gateway.base_url}/dead"}),
        "/dead": b"<html>expired</html>",
    }
    with pytest.raises(OutcomeUnknown):
        await lazada.label(other_side.shop(gateway), ["FP1"])


async def test_an_invoice_number_wants_a_packed_unit(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/invoice_number/set"] = refusal("34")
    with pytest.raises(Refused) as refused:
        await lazada.set_invoice_number(other_side.shop(gateway), "1", "HĐ-Ω-01")
    assert refused.value.why is Why.NOT_ALLOWED_NOW
    assert gateway.heard[0].form["invoice_number"] == "HĐ-Ω-01"


def test_what_changes_something_is_never_sent_again_and_says_how_it_is_looked_up() -> None:
    calls = [one for one in vars(marketplace).values() if isinstance(one, marketplace.Call)]
    acts = {one.name for one in calls if not one.repeatable}
    assert acts == {"pack", "ship", "repack", "cancel", "decide", "delivered", "failed_delivery", "digital_delivered"}
    assert all(bool(one.look_up) is not one.repeatable for one in calls)
