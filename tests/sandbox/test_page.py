"""The control page: everything by plain forms, text from outside only shown, nothing loaded from elsewhere."""

from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from gerbang.sandbox.app import Sandbox
from tests.sandbox.merchant import CARD_IMID, card_registration, registration
from tests.sandbox.receiver import Receiver


async def register(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post("/nicepay/direct/v2/registration", json=registration(**changes))).json()
    return answer


async def press(http: httpx.AsyncClient, path: str, **form: str) -> str:
    answer = await http.post(path, data=form, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


async def state(http: httpx.AsyncClient) -> str:
    orders: list[dict[str, str]] = (await http.get("/control/nicepay/orders")).json()["data"]
    return orders[0]["state"]


async def test_an_order_stands_on_the_page_with_number_and_amount(http: httpx.AsyncClient) -> None:
    order = await register(http)
    page = (await http.get("/")).text
    number = order["vacctNo"]
    assert " ".join(number[i : i + 4] for i in range(0, len(number), 4)) in page
    assert "Rp\u00a0150.000" in page
    assert "MODE UJI" in page


@pytest.mark.parametrize(
    ("do", "expected"), [("pay", "paid"), ("expire", "expired"), ("cancel", "cancelled"), ("decline", "open")]
)
async def test_a_button_does_what_it_says(http: httpx.AsyncClient, do: str, expected: str) -> None:
    order = await register(http)
    page = await press(http, "/do", provider="nicepay", reference=order["tXid"], do=do)
    assert await state(http) == expected
    assert ("said no" in page) is (do == "decline")


async def test_a_wrong_amount_and_three_copies_and_a_forgery(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox
) -> None:
    txid = (await register(http, dbProcessUrl=shop.url))["tXid"]
    await press(http, "/do", provider="nicepay", reference=txid, do="pay_wrong", amount="149000")
    for do in ("duplicate", "forge"):
        await press(http, "/do", provider="nicepay", reference=txid, do=do)
    await sandbox.webhook_sender.idle()
    assert [form["amt"] for form in shop.forms] == ["149000"] * 5
    assert "not a number" in await press(http, "/do", provider="nicepay", reference=txid, do="pay_wrong", amount="many")


async def test_faults_clock_and_switches_by_form(http: httpx.AsyncClient) -> None:
    await press(http, "/faults", provider="nicepay", kind="http_500", route="inquiry", count="2")
    assert (await http.get("/control/nicepay/faults")).json()["data"][0]["left"] == 2
    await press(http, "/faults/clear")
    assert (await http.get("/control/nicepay/faults")).json()["data"] == []
    await press(http, "/clock", advance_s="60", preset="86400")
    assert (await http.get("/control/clock")).json()["offset_s"] == 86_400
    await press(http, "/quirks", provider="nicepay", cancelled_va_status="1")
    assert (await http.get("/control/nicepay/quirks")).json()["quirks"]["cancelled_va_status"] == "1"


async def test_text_from_outside_is_shown_and_not_run(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await register(http, referenceNo="<script>1</script>")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "<script>2</script>"
    message.set_content("<script>3</script>")
    message.add_alternative("<script>4</script>", subtype="html")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sandbox.smtp_port, start_tls=False)
    page = await http.get("/")
    assert "<script>" not in page.text
    assert "script" not in page.headers["content-security-policy"]
    mail = (await http.get("/control/mail")).json()["data"][0]
    assert "<script>" not in (await http.get(f"/mail/{mail['id']}")).text
    shown = await http.get(f"/mail/{mail['id']}/html")
    assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize(
    "name", ["tokens.css", "sandbox.css", "mark.svg", "fonts/plex-sans.woff2", "fonts/atkinson-mono.woff2"]
)
async def test_the_page_brings_its_own_files(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/static/{name}")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/../page.py", "/static/%2e%2e/page.py", "/static/nothing.css", "/mail/none", "/etc/passwd"]
)
async def test_nothing_else_is_given_away(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_a_card_order_leads_to_the_payers_page(http: httpx.AsyncClient) -> None:
    await http.post("/nicepay/redirect/v2/registration", json=card_registration())
    page = (await http.get("/")).text
    assert f"/nicepay/redirect/v2/payment?tXid={CARD_IMID}" in page


async def test_a_form_of_a_simulators_own_page_leads_back_there_and_nowhere_else(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    card = card_registration(callBackUrl="https://shop.example.com/")
    made = (await http.post("/nicepay/redirect/v2/registration", json=card)).json()
    (page,) = [order.page for order in sandbox.stage.simulators["nicepay"].orders(1)]
    form = {"provider": "nicepay", "reference": made["tXid"], "do": "pay"}
    assert (await http.post("/do", data=form | {"back": page})).headers["location"] == page
    for back in ("//evil.example.com", "https://evil.example.com", "/nicepay/elsewhere"):
        answer = await http.post("/do", data=form | {"do": "resend", "back": back})
        assert answer.headers["location"].startswith("/?")
