"""In which language a payer is answered and written to."""

import httpx

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge


async def test_who_named_no_language_is_answered_and_written_to_in_that_of_their_browser(
    shop: tuple[Edge, Sandbox],
) -> None:
    edge, _ = shop
    made = (await edge.create(customer={"name": "Sari", "email": "sari@example.com"})).json()
    named = (await edge.create(customer={"locale": "id"})).json()
    assert made["customer"]["locale"] is None
    async with httpx.AsyncClient(headers={"accept-language": "en-GB,en;q=0.9,id;q=0.5"}, timeout=20) as browser:
        shown = [(await browser.get(one["checkout_url"])).headers["content-language"] for one in (made, named)]
    assert shown == ["en", "id"]
    details_by_id = [await edge.services.payments.get(ids.read("pay", one["id"])) for one in (made, named)]
    assert [details.payer.language for details in details_by_id] == shown


async def test_a_messengers_preview_and_a_browser_that_fetches_beforehand_are_no_payers(
    shop: tuple[Edge, Sandbox],
) -> None:
    edge, _ = shop
    link = (await edge.create(customer={"name": "Sari", "email": "sari@example.com"})).json()["checkout_url"]
    seen_first: list[dict[str, str]] = [
        {"user-agent": "WhatsApp/2.23.20.0"},
        {"user-agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
        {"user-agent": "TelegramBot (like TwitterBot)"},
        {"user-agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
    ]
    async with httpx.AsyncClient(headers={"accept-language": "en"}, timeout=20) as agent:
        for headers in seen_first:
            assert (await agent.get(link, headers=headers)).status_code == 200
        assert (await agent.head(link)).status_code == 200
        details = await edge.services.payments.get(ids.read("pay", link.rpartition("/")[2].partition("?")[0]))
        assert (await edge.audited("payment.link_opened"), details.payer.language) == ([], "")
        phone = "Mozilla/5.0 (Linux; Android 14; CUBOT X30) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
        await agent.get(link, headers={"user-agent": phone})
    assert len(await edge.audited("payment.link_opened")) == 1
