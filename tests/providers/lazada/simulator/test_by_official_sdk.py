"""Lazada's own Python SDK against the simulator: it signs for itself, so that neither our signing nor the simulator's can be wrong alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import pytest_asyncio

from tests.providers.lazada.simulated import KEY, LOCAL, SECRET, Lazada, lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package, which writes a log below the home folder as soon as it is imported: below one that is thrown away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        from lazop_sdk import base

    module: ModuleType = base
    return module


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lazada]:
    async with lazada(Path(tmp_path_factory.mktemp("sdk"))) as one:
        yield one


def caller(sdk: ModuleType, base_url: str, token: str = "") -> Ask:
    """Calls by the SDK, which blocks: off the loop on which the sandbox answers."""
    client = sdk.LazopClient(base_url, KEY, SECRET)

    async def ask(path: str, method: str = "POST", **values: Any) -> dict[str, Any]:
        request = sdk.LazopRequest(path, method)
        for name, value in values.items():
            request.add_api_param(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        answer = await asyncio.to_thread(client.execute, request, token or None)
        body: dict[str, Any] = answer.body
        return body

    return ask


async def test_a_token_is_made_and_refreshed_by_the_official_sdk(sdk: ModuleType, market: Lazada) -> None:
    form = {"response_type": "code", "client_id": KEY, "redirect_uri": "http://127.0.0.1/callback", "seller": "1002", "decision": "agree"}  # fmt: skip
    back = await market.http.post("/lazada-auth/oauth/authorize", data=form)
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    auth = caller(sdk, f"{market.sandbox.url}/lazada-auth/rest")
    made = await auth("/auth/token/create", code=code)
    assert (made["code"], made["country"]) == ("0", "sg")
    new = await auth("/auth/token/refresh", "GET", refresh_token=made["refresh_token"])
    shop = caller(sdk, f"{market.sandbox.url}/lazada/sg/rest", new["access_token"])
    assert (await shop("/seller/get", "GET"))["data"]["seller_id"] == 1002


async def test_an_order_is_read_packed_shipped_labelled_and_cancelled_by_the_official_sdk(
    sdk: ModuleType, market: Lazada
) -> None:
    ask = caller(sdk, f"{market.sandbox.url}/lazada/id/rest", "token-id")
    order_id = await market.order("KOPI-250", 2)
    listed = await ask("/orders/get", "GET", update_after="2020-01-01T00:00:00+07:00", status="pending", limit="10")
    assert [one["order_id"] for one in listed["data"]["orders"]] == [order_id]
    first, second = [one["order_item_id"] for one in (await ask("/order/items/get", "GET", order_id=order_id))["data"]]
    asked = {"pack_order_list": [{"order_id": int(order_id), "order_item_list": [first]}], **LOCAL}
    [done] = (await ask("/order/fulfill/pack", packReq=asked))["result"]["data"]["pack_order_list"][0][
        "order_item_list"
    ]
    packages = {"packages": [{"package_id": done["package_id"]}]}
    document = await ask("/order/package/document/get", getDocumentReq={**packages, "doc_type": "PDF"})
    assert (await market.http.get(document["result"]["data"]["pdf_url"])).content[:5] == b"%PDF-"
    ready = await ask("/order/package/rts", readyToShipReq=packages)
    assert [one["item_err_code"] for one in ready["result"]["data"]["packages"]] == ["0"]
    chosen = {"order_id": order_id, "order_item_id_list": [second]}
    options = (await ask("/order/reverse/cancel/validate", "GET", **chosen))["data"]["reason_options"]
    told = await ask("/order/reverse/cancel/create", "GET", **chosen, reason_id=str(options[-1]["reason_id"]))
    assert told["data"]["tip_type"] == "success"
    assert await market.statuses(order_id) == ["ready_to_ship", "canceled"]


async def test_stock_is_written_and_an_empty_parameter_is_signed_by_the_official_sdk(
    sdk: ModuleType, market: Lazada
) -> None:
    ask = caller(sdk, f"{market.sandbox.url}/lazada/id/rest", "token-id")
    found = await ask("/products/get", "GET", filter="all", sku_seller_list=["KOPI-250"], create_after="")
    [product] = found["data"]["products"]
    row = f"<ItemId>{product['item_id']}</ItemId><SkuId>{product['skus'][0]['SkuId']}</SkuId><SellableQuantity>7</SellableQuantity>"
    payload = f"<Request><Product><Skus><Sku>{row}</Sku></Skus></Product></Request>"
    assert (await ask("/product/stock/sellable/update", payload=payload))["code"] == "0"
    after = await ask("/products/get", "GET", filter="all", sku_seller_list=["KOPI-250"])
    assert after["data"]["products"][0]["skus"][0]["Available"] == 7


async def test_another_secret_is_refused_whoever_signs(sdk: ModuleType, market: Lazada) -> None:
    client = sdk.LazopClient(f"{market.sandbox.url}/lazada/id/rest", KEY, "another secret")
    answer = await asyncio.to_thread(client.execute, sdk.LazopRequest("/seller/get", "GET"), "token-id")
    assert (answer.code, answer.type) == ("IncompleteSignature", "ISV")
