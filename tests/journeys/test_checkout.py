"""A payer at the checkout of a running Gerbang, without script: changes the way, runs out of time, starts again, pays too late, is reminded."""

import os
import signal
from uuid import uuid4

from tests.journeys.world import Browser, Json, World, eventually, link_in, processes

HOUR_S = 3_600


def somebody(locale: str = "id") -> Json:
    """A payer with an address of their own."""
    return {"name": "Sari Wulandari", "email": f"{uuid4().hex[:12]}@lumbung.example", "locale": locale}


async def opened(world: World, browser: Browser, payment: Json) -> str:
    return await browser.open(payment["checkout_url"])


async def shown(world: World, payment: Json, status: str) -> Json:
    """The payment once its newest attempt has this status."""

    async def look() -> Json | None:
        now = await world.payment(payment)
        return now if now["attempts"] and now["attempts"][-1]["status"] == status else None

    return await eventually(look, f"an attempt that is {status}")


async def test_changing_the_way_closes_the_number_that_was_left_at_the_provider(world: World) -> None:
    payment = await world.buy(customer=somebody())
    left = payment["next_action"]["number"]
    async with world.browser() as browser:
        await opened(world, browser, payment)
        await browser.open(f"{browser.url}&choose=1")
        assert "Nomor atau kode yang lama ditutup" in browser.page
        assert "Tetap pakai Virtual account BCA" in browser.page
        page = await browser.submit("/choose", method="virtual_account", bank="BNI")
    assert "Virtual account BNI" in page
    assert left not in page

    async def closed() -> bool:
        return [a["status"] for a in (await world.payment(payment))["attempts"]] == ["cancelled", "pending"]

    await eventually(closed, "the first attempt to be closed")
    orders = {order["number"]: order["state"] for order in await world.orders(payment)}
    assert orders[left] == "cancelled"


async def test_a_link_without_a_method_lets_the_payer_choose_and_pay(world: World) -> None:
    payment = await world.buy(method=None, customer=somebody("en"))
    assert payment["next_action"] == {"type": "choose_method"}
    async with world.browser() as browser:
        assert "How would you like to pay?" in await opened(world, browser, payment)
        page = await browser.submit("/choose", method="virtual_account", bank="MANDIRI")
        assert "Transfer to this number" in page
        await world.pays(await world.payment(payment))
        await world.becomes(payment, "paid")
        assert "Your payment is in." in await browser.open(browser.url)


async def test_what_ran_out_is_started_again_by_one_press_and_paid(world: World) -> None:
    payment = await world.buy(customer=somebody(), expires_in_s=HOUR_S)
    await world.control("clock", advance_s=HOUR_S + 60)
    await world.becomes(payment, "expired")
    async with world.browser() as browser:
        assert "Waktunya habis, dan belum ada uang masuk" in await opened(world, browser, payment)
        page = await browser.submit("/choose")
        assert "Transfer ke nomor ini" in page
        assert "Virtual account BCA" in page
    again = await shown(world, payment, "pending")
    assert again["next_action"]["number"] != payment["next_action"]["number"]
    await world.pays(again)
    assert (await world.becomes(payment, "paid"))["late"] is False


async def test_what_ran_out_long_ago_is_closed_even_to_a_form_that_was_kept_open(world: World) -> None:
    payment = await world.buy(customer=somebody(), expires_in_s=HOUR_S)
    await world.control("clock", advance_s=HOUR_S + 60)
    await world.becomes(payment, "expired")
    async with world.browser() as browser, world.browser() as other:
        await opened(world, browser, payment)
        await world.control("clock", advance_s=24 * HOUR_S)

        async def closed() -> bool:
            return "Tagihan ini sudah ditutup." in await opened(world, other, payment)

        await eventually(closed, "the page to hear of the clock")
        assert "Tagihan ini sudah ditutup." in await browser.submit("/choose")
    assert len((await world.payment(payment))["attempts"]) == 1


async def test_money_for_a_number_that_ran_out_is_taken_and_explained(world: World) -> None:
    payment = await world.buy(customer=somebody("en"), expires_in_s=HOUR_S)
    await world.control("clock", advance_s=HOUR_S + 60)
    await world.becomes(payment, "expired")
    async with world.browser() as browser:
        assert "We take money that comes late all the same" in await opened(world, browser, payment)
        await world.pays(payment, late=True)
        await world.becomes(payment, "paid")
        page = await browser.open(browser.url)
    assert "Your money came after the deadline." in page
    assert "The deadline was " in page


async def test_a_payer_is_reminded_once_before_the_time_is_up_and_nobody_who_paid_or_left_is(world: World) -> None:
    """F1: the worker dies meanwhile."""
    waits, paid, left, after = somebody(), somebody(), somebody(), somebody("en")
    payment = await world.buy(customer=waits, expires_in_s=24 * HOUR_S)
    done = await world.buy(customer=paid, expires_in_s=24 * HOUR_S)
    gone = await world.buy(customer=left, expires_in_s=24 * HOUR_S)
    await world.buy(customer=after, expires_in_s=24 * HOUR_S + 1_200)
    for one in (waits, paid, left, after):
        await world.mail(one["email"], "BCA")  # the instructions, and with them the job
    await world.pays(done)
    await world.becomes(done, "paid")
    await world.post(f"/v1/payments/{gone['id']}/cancel", expect=200)
    (worker,) = processes(world.data, "gerbang", "work")
    os.kill(worker, signal.SIGKILL)
    await world.control("clock", advance_s=23 * HOUR_S + 60)
    mail = await world.mail(waits["email"], "Belum dibayar")
    assert payment["next_action"]["number"] in mail["text"].replace(" ", "")
    async with world.browser() as browser:
        assert "Transfer ke nomor ini" in await browser.open(link_in(mail, "/pay/"))
    await world.control("clock", advance_s=1_200)
    await world.mail(after["email"], "Not paid yet")  # whoever was due before has been told by now
    assert len(await world.mails(waits["email"], "Belum dibayar")) == 1
    assert await world.mails(paid["email"], "Belum dibayar") == []
    assert await world.mails(left["email"], "Belum dibayar") == []
