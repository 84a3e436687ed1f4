"""Wallets that ask on the payer's phone: the number is asked for where it is not known, kept with the attempt, and shown by its end."""

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import payer_caller
from gerbang.core.payments.model import IdempotencyKey, MethodChoice
from gerbang.ports.payment import Method
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge

from .test_payer_journey import choose, follow


async def test_a_number_that_was_given_anew_is_the_payers_from_then_on(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    made = (await edge.create(customer={"name": "Sari", "phone": "+6281100000000"})).json()
    payment = ids.read("pay", made["id"])
    key = IdempotencyKey("test", "another", b"x" * 32)
    choice = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BCA"})
    for phone in ("+6281234567890", "+6289999999999"):  # the second is the same request again, and changes nothing
        await edge.services.payments.add_attempt(payer_caller(payment), payment, choice, key, phone=phone)
    assert (await edge.get(f"/v1/payments/{made['id']}")).json()["customer"]["phone"] == "+6281234567890"


async def test_a_wallet_that_asks_on_the_phone_is_not_asked_without_a_number(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    made = (await edge.create()).json()
    async with httpx.AsyncClient(base_url=edge.url, timeout=20, headers={"origin": edge.url}) as browser:
        page = await follow(browser, await browser.get(made["checkout_url"]))
        if 'value="OVO"' not in page.text:
            pytest.skip("NOT TESTED HERE: no connection of the demo offers a wallet")
        for phone in ("", "021 555 1234"):
            refused = await choose(browser, page, method="ewallet", wallet="OVO", phone=phone)
            assert refused.status_code == 422
            assert "Isi nomor HP Anda di OVO" in refused.text
        assert await edge.count("attempts") == 0
        away = await follow(
            browser, await choose(browser, page, method="ewallet", wallet="OVO", phone="0812 3456 7890")
        )
    assert "OVO" in away.text
    assert (await edge.get(f"/v1/payments/{made['id']}")).json()["customer"]["phone"] == "+6281234567890"
