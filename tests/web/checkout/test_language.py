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
    wholes = [await edge.services.payments.get(ids.read("pay", one["id"])) for one in (made, named)]
    assert [whole.payer.language for whole in wholes] == shown
