"""The simulated Lazada's door: signatures by the vectors of the notes, time, tokens bound to their country, and its platform codes."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import msgspec
import pytest

from gerbang.ports.simulator import Request
from gerbang.providers.lazada import simulator
from gerbang.providers.lazada.simulator import LazadaSimulator
from gerbang.providers.lazada.simulator.limits import Limits
from gerbang.providers.lazada.simulator.refusals import Refused
from tests.providers.lazada.simulated import KEY, Lazada, config, lazada, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
AT = 1736908200.0
TOKEN = "madeup-access-token-1"
COMMON = {"app_key": KEY, "sign_method": "sha256", "timestamp": "1736908200000"}
PACK = '{"pack_order_list":[{"order_item_list":[560694402292001],"order_id":560694402192001}],"delivery_type":"dropship","shipping_allocate_type":"TFS"}'
STOCK = "<Request><Product><Skus><Sku><ItemId>6718170187</ItemId><SkuId>12761620980</SkuId><Price>99000</Price><Quantity>20</Quantity></Sku></Skus></Product></Request>"
SDK = {"partner_id": "lazop-sdk-python-20181207"}
ORDERS = {"created_after": "2025-01-14T00:00:00+07:00"}
PAGE = {"limit": "100", "offset": "0", "sort_by": "created_at", "sort_direction": "ASC", "status": "pending"}
# Path, the API's own parameters, the signature of notes 12.
VECTORS = {
    "L1": ("/auth/token/create", {"code": "0_100200_MadeUpCode"}, "D1C12E0F3F577C79F1C9782CEAA14B5F8647447C30917D3F172B11191EFF4AAA"),
    "L1b": ("/auth/token/create", {"code": "0_100200_MadeUpCode", **SDK}, "6DD308E7BCFE640C26B79C63F72E324F4A3733C16D66FBE97052BC3B33A37571"),
    "L2": ("/auth/token/refresh", {"refresh_token": "madeup-refresh-token-1"}, "CF3A718156FD2C33AD65D4F1BA40CA5A877DA361F9F66A06ACB78BAC8B1FD2E2"),
    "L3": ("/orders/get", {**ORDERS, **PAGE}, "85AD7B4B8E51690CD8BD1FDABE746BFAAECF6546C7065135D764E7096960D04E"),
    "L4": ("/order/items/get", {"order_id": "560694402192001"}, "81696B5AAAE9A3A3C68A3B80E5EA870374525973D20CB32C21A15618B92BDB59"),
    "L5": ("/order/fulfill/pack", {"packReq": PACK}, "A0E2523BD5F35767F85D472D6703D8920A086B9685678E5CBBA697BDBB74ACDF"),
    "L6": ("/order/package/rts", {"readyToShipReq": '{"packages":[{"package_id":"FP000000000000001"}]}'}, "0891916A7345FA886D198954BB530DA145E44CD8E58A3B19DC9DE7621A33F371"),
    "L7": ("/product/price_quantity/update", {"payload": STOCK}, "AB81FD8FBE29C3B66EC76BC08041436278B1EF574D1C3D10C486974B5EB7A978"),
    "L8": ("/orders/get", {**ORDERS, "status": ""}, "550371B0C4F3B1E02F72ED5643E15A2F429E97B9B59D2505DE4CEA6160B1C65E"),
    "L8b": ("/orders/get", {**ORDERS, "status": ""}, "E9BA242E63B2F1777FF52C99E4A2DC0D91449A229FF8D356EC508ECD738C098F"),
    "L9": ("/order/invoice_number/set", {"invoice_number": "HĐ-Ω-01", "order_item_id": "560694402292001"}, "335FA7963CF71582CDA9F933B20E619248E044584CA16563A6121F979D44F5E3"),
    "pack, captured": ("/order/fulfill/pack", {"packReq": PACK, **SDK}, "989039D896DFFEB65C6629B7F64D5203664E8A40B5B9FE02A755CC044996075A"),
    "items, captured": ("/order/items/get", {"order_id": "560694402192001", **SDK}, "C2B920D1C98E8C8B60E6D3F83534CBB81299A4E090C388C691E4BE86D01F2D58"),
}  # fmt: skip


def code_of(path: str, values: dict[str, str], *, method: str = "POST", at: float = AT, prefix: str = "/lazada") -> str:
    """The code that a bare simulator answers, called at this moment."""
    sent = urlencode(values).encode()
    query, body = (sent, b"") if method == "GET" else (b"", sent)
    headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
    request = Request(method, f"/rest{path}", query, headers, body, f"http://here{prefix}", at)
    outcome = LazadaSimulator(config()).answer(request, datetime.fromtimestamp(at, UTC))
    assert outcome.answer.status == 200
    return str(httpx.Response(200, content=outcome.answer.body).json()["code"])


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_vector_of_the_notes_is_let_through_and_no_letter_of_it_may_change(name: str, method: str) -> None:
    path, own, sign = VECTORS[name]
    is_auth = path.startswith("/auth/")
    token = {} if is_auth else {"access_token": TOKEN}
    sent = {**COMMON, **own, **token, "sign": sign}
    prefix = "/lazada-auth" if is_auth else "/lazada"
    let_in = {"L1": "InvalidCode", "L1b": "InvalidCode", "L2": "IllegalRefreshToken"}.get(name, "IllegalAccessToken")
    assert code_of(path, sent, method=method, prefix=prefix) == let_in
    for wrong in (sign.lower(), sign[::-1], ""):
        assert code_of(path, {**sent, "sign": wrong}, prefix=prefix) in {"IncompleteSignature", "MissingParameter"}
    assert code_of(path, {**sent, "more": "1"}, prefix=prefix) == "IncompleteSignature"


async def test_a_clock_may_be_two_hours_off_and_no_more() -> None:
    found = {
        off: code_of("/order/get", signed("/order/get", {"order_id": "1"}, TOKEN, at=AT), at=AT + off)
        for off in (-7_201, -7_199, 7_199, 7_201)
    }
    assert found == {
        -7_201: "IllegalTimestamp",
        -7_199: "IllegalAccessToken",
        7_199: "IllegalAccessToken",
        7_201: "IllegalTimestamp",
    }


@pytest.mark.parametrize("name", ["app_key", "timestamp", "sign_method", "sign"])
async def test_a_system_parameter_that_is_absent_is_named(market: Lazada, name: str) -> None:
    query = signed("/order/get", {"order_id": "1"}, "token-id")
    del query[name]
    told = (await market.http.get("/lazada/id/rest/order/get", params=query)).json()
    assert (told["code"], name in told["message"]) == ("MissingParameter", True)


async def test_every_refusal_is_200_with_an_envelope(market: Lazada) -> None:
    cases = {
        "IllegalAccessToken": ("/lazada/id/rest/order/get", signed("/order/get", {"order_id": "1"}, "token-of-nobody")),
        "InvalidAppKey": ("/lazada/id/rest/order/get", signed("/order/get", {"app_key": "999", "order_id": "1"}, "token-id")),
        "InvalidApiPath": ("/lazada/id/rest/order/pack", signed("/order/pack", {}, "token-id")),
        "MissingParameter": ("/lazada/id/rest/order/get", signed("/order/get", {}, "token-id")),
        "UnsupportedMethod": ("/lazada/id/rest/order/fulfill/pack", signed("/order/fulfill/pack", {}, "token-id")),
    }  # fmt: skip
    for code, (path, query) in cases.items():
        answer = await market.http.get(path, params=query)
        assert answer.status_code == 200
        told = answer.json()
        assert told["code"] == code
        assert set(told) == {"type", "code", "message", "request_id"}


@pytest.mark.parametrize("text", ["9" * 5_000, "٣", "1e3", "-1", "", "0x10"])
async def test_a_number_that_is_none_is_refused_and_breaks_nothing(market: Lazada, text: str) -> None:
    told = [await market.get("/order/get", order_id=text), await market.get("/products/get", limit=text)]
    assert [one["code"] for one in told] == (["16", "19"] if text else ["MissingParameter", "19"])


async def test_a_token_is_of_one_country(market: Lazada) -> None:
    order_id = await market.order()
    query = signed("/order/get", {"order_id": order_id}, "token-id")
    codes = [
        (await market.http.get(f"/lazada/{place}rest/order/get", params=query)).json()["code"]
        for place in ("id/", "", "sg/")
    ]
    assert codes == ["0", "0", "IllegalAccessToken"]


async def test_a_file_is_not_signed_and_a_json_body_may_be(market: Lazada) -> None:
    order_id = await market.order()
    [item] = [one["order_item_id"] for one in await market.items(order_id)]
    await market.pack(order_id)
    form = signed("/order/invoice_number/set", {"order_item_id": str(item), "invoice_number": "INV/1"}, "token-id")
    place = "/lazada/id/rest/order/invoice_number/set"
    told = await market.http.post(place, data=form, files={"image": ("a.png", b"not signed")})
    assert told.json()["data"] == {"order_item_id": item, "invoice_number": "INV/1"}
    told = await market.http.post(place, params=form, json={"order_item_id": item})
    assert told.json()["code"] == "0"


async def authorised(market: Lazada, seller: str = "1001", state: str = "xyz") -> str:
    """The browser's walk; returns the code."""
    query = {
        "response_type": "code",
        "force_auth": "true",
        "client_id": KEY,
        "redirect_uri": "http://127.0.0.1/callback",
        "state": state,
    }
    page = await market.http.get("/lazada-auth/oauth/authorize", params=query)
    assert page.status_code == 200
    assert "Toko id" in page.text
    back = await market.http.post("/lazada-auth/oauth/authorize", data={**query, "seller": seller, "decision": "agree"})
    found = parse_qs(urlsplit(back.headers["location"]).query)
    assert found["state"] == [state]
    return found["code"][0]


async def tokens(market: Lazada, call: str, **values: str) -> dict[str, object]:
    path = f"/auth/token/{call}"
    found: dict[str, object] = (await market.http.post(f"/lazada-auth/rest{path}", data=signed(path, values))).json()
    return found


async def test_a_code_works_once_and_gives_tokens_that_open_the_shop(market: Lazada) -> None:
    code = await authorised(market)
    made = await tokens(market, "create", code=code)
    assert (made["code"], made["country"], made["account"]) == ("0", "id", "id@toko.example")
    assert made["country_user_info"] == [
        {"country": "id", "user_id": "101001", "seller_id": "1001", "short_code": "ID1001"}
    ]
    assert (made["expires_in"], made["account_id"]) == (30 * 86_400, None)
    assert (await tokens(market, "create", code=code))["code"] == "InvalidCode"
    query = signed("/seller/get", {}, str(made["access_token"]))
    assert (await market.http.get("/lazada/id/rest/seller/get", params=query)).json()["code"] == "0"


def asked(box: LazadaSimulator, at: float, path: str, values: dict[str, str], prefix: str = "/lazada-auth") -> Any:
    """One signed POST at this moment, to this simulator."""
    token = values.pop("access_token", "")
    body = urlencode(signed(path, values, token, at=at)).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = Request("POST", f"/rest{path}", b"", headers, body, f"http://here{prefix}", at)
    return msgspec.json.decode(box.answer(request, datetime.fromtimestamp(at, UTC)).answer.body)


def code_from(box: LazadaSimulator, at: float) -> str:
    """What the browser carries back at this moment."""
    form = urlencode({"response_type": "code", "client_id": KEY, "redirect_uri": "http://127.0.0.1/callback", "seller": "1002", "decision": "agree"})  # fmt: skip
    request = Request("POST", "/oauth/authorize", b"", {}, form.encode(), "http://here/lazada-auth", at)
    answer = box.answer(request, datetime.fromtimestamp(at, UTC)).answer
    return parse_qs(urlsplit(dict(answer.headers)["location"]).query)["code"][0]


@pytest.mark.parametrize(("online", "access", "refresh"), [(True, 30, 180), (False, 7, 30)])
async def test_a_refresh_gives_both_tokens_anew_without_a_longer_life(online: bool, access: int, refresh: int) -> None:
    box, day = LazadaSimulator(config(online=online)), 86_400
    first = asked(box, AT, "/auth/token/create", {"code": code_from(box, AT)})
    later = AT + 5 * day
    second = asked(box, later, "/auth/token/refresh", {"refresh_token": first["refresh_token"]})
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})
    assert (first["expires_in"], second["expires_in"]) == (access * day, access * day)
    assert (first["refresh_expires_in"], second["refresh_expires_in"]) == (refresh * day, (refresh - 5) * day)
    codes = {
        days: asked(box, AT + days * day, "/auth/token/refresh", {"refresh_token": second["refresh_token"]})["code"]
        for days in (refresh, refresh - 1)
    }
    assert codes == {refresh: "IllegalRefreshToken", refresh - 1: "0"}
    reads = [
        asked(box, at, "/seller/get", {"access_token": second["access_token"]}, "/lazada")["code"]
        for at in (later + access * day - 1, later + access * day)
    ]
    assert reads == ["UnsupportedMethod", "IllegalAccessToken"]


async def test_a_code_lives_half_an_hour() -> None:
    box = LazadaSimulator(config())
    code = code_from(box, AT)
    told = [asked(box, AT + late, "/auth/token/create", {"code": code})["code"] for late in (1_800, 1_799)]
    assert told == ["InvalidCode", "0"]


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "999"}, {"redirect_uri": "http://127.0.0.1/elsewhere"}, {"uuid": "1"}, {"response_type": "token"}],
)
async def test_the_authorise_page_refuses_what_lazada_refuses(market: Lazada, wrong: dict[str, str]) -> None:
    query = {"response_type": "code", "client_id": KEY, "redirect_uri": "http://127.0.0.1/callback", **wrong}
    assert (await market.http.get("/lazada-auth/oauth/authorize", params=query)).status_code == 400


async def test_a_call_too_often_is_banned_for_a_second_and_stock_has_fifty_a_second() -> None:
    box = LazadaSimulator(config())

    def codes(path: str, times: int, at: float = AT) -> list[str]:
        return [asked(box, at, path, {"access_token": "token-id"}, "/lazada")["code"] for _ in range(times)]

    trace, stock = "/logistic/order/trace", "/product/stock/sellable/adjust"
    assert codes(trace, 32) == ["MissingParameter"] * 30 + ["ApiCallLimit"] * 2
    assert codes(trace, 1, AT + 0.9) == ["ApiCallLimit"]
    assert codes(trace, 1, AT + 1.1) == ["MissingParameter"]
    assert codes(stock, 51) == ["30"] * 50 + ["901"]
    assert codes(stock, 1, AT + 1) == ["30"]


async def test_an_app_under_test_has_ten_thousand_calls_a_day() -> None:
    limits = Limits()
    for number in range(10_000):
        limits.check(KEY, "1001", "/seller/get", AT + number / 10, online=False)
    with pytest.raises(Refused) as refused:
        limits.check(KEY, "1001", "/seller/get", AT + 1_001, online=False)
    assert refused.value.code == "AppCallLimit"
    limits.check(KEY, "1001", "/seller/get", AT + 86_400, online=False)


async def test_a_dead_token_and_a_closed_shop_say_so(market: Lazada) -> None:
    await market.control("close", shop="toko-th")
    assert (await market.get("/seller/get", "th"))["code"] == "SellerNotActive"
    await market.control("close", shop="toko-th", kind="normal")
    await market.control("expire", shop="toko-th", kind="refresh")
    assert (await market.get("/seller/get", "th"))["code"] == "IllegalAccessToken"
    assert (await tokens(market, "refresh", refresh_token="refresh-th"))["code"] == "IllegalRefreshToken"


async def test_what_was_authorised_survives_a_restart(tmp_path: Path) -> None:
    async with lazada(tmp_path) as one:
        made = await tokens(one, "create", code=await authorised(one))
        order_id = await one.order()
    async with lazada(tmp_path) as again:
        query = signed("/order/get", {"order_id": order_id}, str(made["access_token"]))
        assert (await again.http.get("/lazada/id/rest/order/get", params=query)).json()["data"]["order_id"] == int(
            order_id
        )


async def test_the_simulator_imports_nothing_of_the_adapter_nor_any_signing_of_ours() -> None:
    own = ("gerbang.ports.simulator", "gerbang.ports.quirks", "gerbang.providers.lazada.simulator")
    found = {
        name
        for path in Path(str(simulator.__file__)).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        if name.startswith("gerbang.") and not name.startswith(own)
    }
    assert found <= {"gerbang.ports"}
