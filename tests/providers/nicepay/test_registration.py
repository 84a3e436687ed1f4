"""What each method of NICEPAY is registered with, what the payer is shown, and what is never sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.facts import Accepted, Declined, Fact, Mismatched
from gerbang.ports.next_action import DisplayCode, DisplayQr, Redirect
from gerbang.ports.payment import Method, Payer, Submission
from gerbang.providers.nicepay.account import LENDERS, STORES, WALLETS
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.client import order_token
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import NOW, REFERENCE, account, submission
from tests.providers.nicepay.script import IMID, KEY, REDIRECT, REGISTRATION, TXID, Script

QR = "00020101021226" + "0" * 60 + "6304ABCD"


def of(method: Method, **options: str) -> Submission:
    return submission(method, options=options)


async def sent(
    provider: NicepayPayments, script: Script, asked: Submission, path: str = REGISTRATION, **settings: str
) -> tuple[Fact, dict[str, str]]:
    """The fact that a plain success of NICEPAY becomes, and the order that was sent."""
    script.on(path, lambda order: wire.say(answered(order)))
    (fact,) = await provider.submit(account(script.base_url, **settings), asked)
    (order,) = script.bodies(path)
    return fact, order


def answered(order: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    more = {
        "payMethod": order["payMethod"],
        "bankCd": None,
        "vacctNo": None,
        "mitraCd": order.get("mitraCd"),
        "vacctValidDt": None,
        "vacctValidTm": None,
    }
    if order["payMethod"] == "03":
        more |= {"payNo": "191327346753", "payValidDt": "20250117", "payValidTm": "093001"}
    if order["payMethod"] == "08":
        more |= {"qrContent": QR, "qrUrl": "https://x/y", "paymentExpDt": "20250115", "paymentExpTm": "094000"}
    return wire.registered(order, **{**more, **changes})


class TestConvenienceStore:
    @pytest.mark.parametrize(("store", "code"), STORES.items())
    async def test_a_code_to_show_at_the_counter(
        self, provider: NicepayPayments, script: Script, store: str, code: str
    ) -> None:
        fact, order = await sent(provider, script, of(Method.CONVENIENCE_STORE, store=store))
        until = datetime(2025, 1, 17, 2, 30, 1, tzinfo=UTC)
        assert fact == Accepted(TXID, DisplayCode(store, "191327346753"), until)
        assert (order["payMethod"], order["mitraCd"], order["cartData"]) == ("03", code, "{}")
        assert (order["payValidDt"], order["payValidTm"]) == ("20250116", "093000")
        assert not {"vacctValidDt", "callBackUrl", "bankCd", "userIP"} & set(order)

    @pytest.mark.parametrize("change", [{"mitraCd": "INDO"}, {"amt": "1"}, {"referenceNo": "INV-1"}])
    async def test_a_code_registered_otherwise_is_never_shown(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, str]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(answered(order, **change)))
        (fact,) = await provider.submit(account(script.base_url), of(Method.CONVENIENCE_STORE, store="ALFAMART"))
        assert isinstance(fact, Mismatched)

    async def test_a_code_may_be_grouped_by_blanks(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REGISTRATION, lambda order: wire.say(answered(order, payNo="1913 2734 6753")))
        (fact,) = await provider.submit(account(script.base_url), of(Method.CONVENIENCE_STORE, store="ALFAMART"))
        assert isinstance(fact, Accepted)
        assert fact.next_action == DisplayCode("ALFAMART", "191327346753")

    @pytest.mark.parametrize("change", [{"payNo": None}, {"payNo": "<b>1</b>"}, {"tXid": None}])
    async def test_success_without_a_code_is_unknown(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, str]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say({**answered(order), **change}))
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), of(Method.CONVENIENCE_STORE, store="ALFAMART"))


class TestQris:
    async def test_a_qr_for_one_payment_with_its_end(self, provider: NicepayPayments, script: Script) -> None:
        fact, order = await sent(provider, script, of(Method.QRIS))
        assert fact == Accepted(TXID, DisplayQr(QR), datetime(2025, 1, 15, 2, 40, tzinfo=UTC))
        assert (order["payMethod"], order["mitraCd"], order["shopId"]) == ("08", "QSHP", "NICEPAY")
        assert (order["paymentExpDt"], order["paymentExpTm"]) == ("20250116", "093000")
        assert order["userIP"] == "203.0.113.7"

    async def test_issuer_and_shop_are_the_connections(self, provider: NicepayPayments, script: Script) -> None:
        _, order = await sent(provider, script, of(Method.QRIS), qris_issuer="NOBU", shop_id="TOKO-1")
        assert (order["mitraCd"], order["shopId"]) == ("NOBU", "TOKO-1")

    @pytest.mark.parametrize("content", [None, "", "too short", "x" * 1_001, "0" * 30 + "\n" + "0" * 30])
    async def test_success_without_a_qr_is_unknown(
        self, provider: NicepayPayments, script: Script, content: str | None
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(answered(order, qrContent=content)))
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), of(Method.QRIS))


class TestWallets:
    @pytest.mark.parametrize(("wallet", "code"), WALLETS.items())
    async def test_the_payers_browser_asks_for_the_payment_of_a_registered_order(
        self, provider: NicepayPayments, script: Script, wallet: str, code: str
    ) -> None:
        fact, order = await sent(provider, script, of(Method.EWALLET, wallet=wallet))
        assert isinstance(fact, Accepted)
        assert isinstance(fact.next_action, Redirect)
        assert (order["payMethod"], order["mitraCd"], order["billingPhone"]) == ("05", code, "081234567890")
        link = urlsplit(fact.next_action.url)
        assert fact.next_action.url.startswith(f"{script.base_url}/direct/v2/payment?")
        assert dict(parse_qsl(link.query)) == {
            "timeStamp": "20250115093000",
            "tXid": TXID,
            "callBackUrl": "https://shop.example.com/back",
            "merchantToken": order_token("20250115093000", IMID, REFERENCE, "150000", KEY),
            **({"returnJsonFormat": "0"} if wallet == "SHOPEEPAY" else {}),
        }
        assert [path for path, _ in script.heard] == [REGISTRATION]  # the payment step is the browser's

    @pytest.mark.parametrize("phone", ["", "1" * 16, "no digits", "+6591234567", "021 555 1234"])
    async def test_ovo_without_a_phone_is_declined_before_anything_is_sent(
        self, provider: NicepayPayments, phone: str
    ) -> None:
        asked = replace(of(Method.EWALLET, wallet="OVO"), payer=Payer(name="Budi", phone=phone))
        (fact,) = await provider.submit(account(wire.nobody()), asked)
        assert isinstance(fact, Declined)
        assert fact.code == "phone_needed"

    async def test_a_wallet_may_go_by_the_checkout_page(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        asked = of(Method.EWALLET, wallet="OVO")
        (fact,) = await provider.submit(account(script.base_url, hosted="ewallet"), asked)
        page = f"https://dev.nicepay.co.id/nicepay/redirect/v2/payment?tXid={TXID}"
        assert fact == Accepted(TXID, Redirect(page), None)
        (order,) = script.bodies(REDIRECT)
        assert (order["payMethod"], order["mitraCd"]) == ("05", "OVOE")

    @pytest.mark.parametrize("change", [{"amt": "150001"}, {"currency": "USD"}, {"referenceNo": "INV-1"}])
    async def test_a_payer_is_never_sent_to_another_order(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, str]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(answered(order, **change)))
        (fact,) = await provider.submit(account(script.base_url), of(Method.EWALLET, wallet="DANA"))
        assert isinstance(fact, Mismatched)

    @pytest.mark.parametrize(("code", "ours"), [("9752", "payment_declined"), ("9154", "limit_exceeded")])
    async def test_a_decline_is_a_fact(self, provider: NicepayPayments, script: Script, code: str, ours: str) -> None:
        script.on(REGISTRATION, wire.refusal(code))
        (fact,) = await provider.submit(account(script.base_url), of(Method.EWALLET, wallet="DANA"))
        assert fact == Declined(ours, "refused", code)


class TestPayLater:
    @pytest.mark.parametrize(("lender", "code"), LENDERS.items())
    async def test_lenders_are_told_what_is_sold_and_where_it_goes(
        self, provider: NicepayPayments, script: Script, lender: str, code: str
    ) -> None:
        fact, order = await sent(provider, script, of(Method.PAYLATER, lender=lender))
        assert isinstance(fact, Accepted)
        assert isinstance(fact.next_action, Redirect)
        assert (order["payMethod"], order["mitraCd"], order["instmntType"], order["instmntMon"]) == (
            "06",
            code,
            "1",
            "1",
        )
        cart = json.loads(order["cartData"])
        assert (cart["count"], [item["goods_amt"] for item in cart["item"]]) == ("1", ["150000"])
        assert {"goods_id", "goods_type", "goods_url", "goods_sellers_id", "goods_sellers_name"} <= set(cart["item"][0])
        assert (order["deliveryNm"], order["deliveryCity"]) == (order["billingNm"], "Jakarta")
        assert order["deliveryPostCd"] == "10110"

    async def test_akulaku_alone_is_told_who_sells(self, provider: NicepayPayments, script: Script) -> None:
        asked = of(Method.PAYLATER, lender="AKULAKU")
        _, order = await sent(provider, script, asked, seller_name="Toko Lumbung", seller_url="https://lumbung.example")
        (seller,) = json.loads(order["sellers"])
        assert (seller["sellersId"], seller["sellersNm"], seller["sellersUrl"]) == (
            IMID,
            "Toko Lumbung",
            "https://lumbung.example",
        )
        assert seller["sellersAddress"]["sellerCity"] == "Jakarta"
        script.heard.clear()
        _, other = await sent(provider, script, of(Method.PAYLATER, lender="KREDIVO"))
        assert "sellers" not in other


class TestDirectDebit:
    async def test_the_cashtag_is_typed_on_nicepays_page(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        (fact,) = await provider.submit(account(script.base_url), of(Method.DIRECT_DEBIT, bank="JENIUS"))
        assert isinstance(fact, Accepted)
        assert isinstance(fact.next_action, Redirect)
        (order,) = script.bodies(REDIRECT)
        assert (order["payMethod"], order["mitraCd"], order["mRefNo"]) == ("04", "JENC", REFERENCE[-18:])
        assert "bankCd" not in order


class TestWhoSigns:
    @pytest.mark.parametrize(
        ("method", "options"),
        [
            (Method.CONVENIENCE_STORE, {"store": "ALFAMART"}),
            (Method.QRIS, {}),
            (Method.EWALLET, {"wallet": "DANA"}),
            (Method.PAYLATER, {"lender": "KREDIVO"}),
        ],
    )
    async def test_every_method_may_have_its_own_merchant_id_and_key(
        self, provider: NicepayPayments, script: Script, method: Method, options: Mapping[str, str]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(answered(order)))
        own = replace(
            account(script.base_url, **{f"imid_{method}": "DEMOMERCH2"}),
            secrets={"merchant_key": [KEY], f"merchant_key_{method}": [b"a key of its own"]},
        )
        await provider.submit(own, submission(method, options=options))
        (order,) = script.bodies(REGISTRATION)
        assert order["iMid"] == "DEMOMERCH2"
        assert order["merchantToken"] == order_token(
            "20250115093000", "DEMOMERCH2", REFERENCE, "150000", b"a key of its own"
        )


async def test_an_end_that_nicepay_does_not_repeat_is_ours(provider: NicepayPayments, script: Script) -> None:
    script.on(REGISTRATION, lambda order: wire.say(answered(order, paymentExpDt=None, paymentExpTm=None)))
    (fact,) = await provider.submit(account(script.base_url), of(Method.QRIS))
    assert isinstance(fact, Accepted)
    assert fact.expires_at == NOW + timedelta(days=1)
