"""The reference: every page is there, what it shows is true, and what it tells a reader to send is taken."""

import re
from html import unescape
from urllib.parse import unquote

import httpx
import pytest
import pytest_asyncio

from gerbang.sandbox.app import Sandbox
from gerbang.web.reference.client_packages import packages
from gerbang.web.reference.document import Document
from gerbang.web.reference.examples import EXAMPLES
from gerbang.web.reference.guides import GUIDES
from gerbang.web.reference.meanings import MEANINGS
from gerbang.web.reference.pages import KEY_COOKIE
from gerbang.web.texts.problems import PROBLEMS
from tests.web.conftest import Edge

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = "grb_test_" + "k" * 24
# What no single request can show: streams, hooks of providers, and what needs a person, a secret or a state that is rare.
NOT_SHOWN = {
    "approveApproval", "approveMessageText", "changeConnection", "changePassword", "changeUser", "claimOwnership", "createConnection", "createRefundLink", "createUser",
    "changeMyNotificationPreferences", "decideSettlement", "deleteConnection", "leaveMessageTemplate", "login", "logout", "metrics", "putSecret", "readApproval", "readJwks", "readMyNotificationPreferences", "readOrder", "readOrderSettlement", "readOrderTimeline", "exportPayout", "readPayout", "readSettlement", "receiveHook", "refreshSession", "refuseApproval", "refuseDataRequest", "refuseMessageText",
    "registerCustomer", "registerDevice", "removeDevice", "resendDeliveries", "resendEvent", "resendNotification", "resumeMessageTemplate", "resolvePayment", "resolveRefund", "rotateSecret", "sendRefundLink",
    "beginImport", "checkShop", "mapByCsv", "mapListing", "pushListing", "readImport", "readListing", "readStockRules", "setStockRules",
    "cancelOrder", "createOrder", "setOrderCod", "listOrderOperations", "packOrder", "readCancelOptions", "readOrderDocument", "setInvoiceNumber", "shipOrder",
    "deliverDigitalItems", "deliverOrder", "failOrderDelivery", "releaseOrder", "repackOrder", "returnOrder",
    "createWave", "exportPickList", "shipWave", "readPickList", "readWave", "readWaveLabels",
    "acceptClaim", "listClaims", "listRefusalReasons", "readClaim", "receiveClaim", "refuseClaim",
    "setRefundDestination", "settleRefund", "stepUp", "streamEvents", "streamPaymentEvents", "verifyHook",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(one_shop: tuple[Edge, Sandbox]) -> Document:
    return Document((await one_shop[0].client.get("/openapi.json")).json())


async def test_every_operation_has_a_page_and_every_page_leads_only_to_pages_that_are_there(
    one_shop: tuple[Edge, Sandbox], document: Document
) -> None:
    edge, _ = one_shop
    addresses = ["/docs", *(f"/docs/{one.slug}" for one in GUIDES)]
    addresses += [f"/docs/operations/{one.slug}" for one in document.operations]
    texts = {one: (await edge.client.get(one)).text for one in addresses}
    places = {
        (address, place) for address, text in texts.items() for place in ("", *re.findall(r'\bid="([^"]+)"', text))
    }
    wrong = set()
    for address, text in texts.items():
        for link in re.findall(r'href="(/docs[^"]*|#[^"]*)"', text):
            path, _, place = unescape(link).partition("#")
            if not path.startswith("/docs/clients/") and (path or address, unquote(place)) not in places:
                wrong.add((address, link))
    assert wrong == set()
    assert [code for code in PROBLEMS if ("/docs/errors", code) not in places] == []


async def test_every_operation_has_an_example_or_stands_among_those_that_cannot(document: Document) -> None:
    every = {one.id for one in document.operations}
    assert every - set(EXAMPLES) == NOT_SHOWN
    assert set(EXAMPLES) <= every


async def test_every_status_of_the_document_has_its_meaning_and_no_other(document: Document) -> None:
    assert {enum: sorted(told) for enum, told in MEANINGS.items()} == {
        enum: sorted(document.values(enum)) for enum in MEANINGS
    }


async def test_what_is_not_there_is_a_page_that_says_so(one_shop: tuple[Edge, Sandbox]) -> None:
    for address in ("/docs/nothing", "/docs/operations/nothing"):
        answer = await one_shop[0].client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "The link may have been cut" not in answer.text


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("payment.paid", "/docs/events#payment.paid"),
        ("idempotency_key_reused", "/docs/errors#idempotency_key_reused"),
        ("make a payment", "/docs/operations/create-payment"),
        ("createRefund", "/docs/operations/create-refund"),
        ("part_paid", "/docs/statuses#PaymentStatus"),
        ("GERBANG_ALLOWED_PRIVATE_TARGETS", "/docs"),
        ("whsec", "/docs/events"),
        ("virtual_account", "/docs/operations/"),
        ("422 card", "/docs/errors#"),
    ],
)
async def test_the_search_finds_by_names_codes_and_words(
    one_shop: tuple[Edge, Sandbox], asked: str, first: str
) -> None:
    page = (await one_shop[0].client.get("/docs/search", params={"q": asked})).text
    found = re.search(r'<ul class="opl"><li><a href="([^"]+)"', page)
    assert found is not None
    assert found[1].startswith(first)


async def test_what_nothing_tells_of_is_said_with_what_can_be_asked(one_shop: tuple[Edge, Sandbox]) -> None:
    page = (await one_shop[0].client.get("/docs/search", params={"q": '<b>zzz"'})).text
    assert "Nothing holds all of these words" in page
    assert "<b>zzz" not in page


async def test_a_readers_own_test_key_stands_in_the_samples_of_this_browser_and_a_live_one_is_refused(
    one_shop: tuple[Edge, Sandbox],
) -> None:
    edge, _ = one_shop
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as reader:
        kept = await reader.post("/docs/key", data={"key": KEY, "back": "/docs/operations/create-payment"})
        assert (kept.status_code, kept.headers["location"]) == (303, "/docs/operations/create-payment")
        cookie = kept.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/docs"))
        assert f"Bearer <mark>{KEY}</mark>" in (await reader.get("/docs/operations/create-payment")).text
        for wrong in ("grb_live_" + "k" * 24, "<script>", "x"):
            refused = await reader.post("/docs/key", data={"key": wrong, "back": "//evil.example"})
            assert refused.status_code == 422
            assert "A test key begins with grb_test_" in refused.text
            assert f'"{wrong}"' not in refused.text
        away = await reader.post("/docs/key", data={"key": "", "back": "//evil.example"})
        assert away.headers["location"] == "/docs"
        assert KEY not in (await reader.get("/docs")).text
    other = await edge.client.post(
        "/docs/key", data={"key": KEY, "back": "/docs"}, headers={"origin": "https://evil.example"}
    )
    assert (other.status_code, KEY_COOKIE in other.headers.get("set-cookie", "")) == (403, False)


async def test_both_are_downloaded_from_the_page_that_says_how_they_are_installed(
    one_shop: tuple[Edge, Sandbox],
) -> None:
    edge, _ = one_shop
    page = (await edge.client.get("/docs/clients")).text
    for one in packages().values():
        assert f"{one.installs} {edge.services.settings.base_url}/docs/clients/{one.name}" in page
        assert one.sha256 in page
        answer = await edge.client.get(f"/docs/clients/{one.name}")
        assert (answer.content, answer.headers["content-type"]) == (one.content, one.media_type)
    assert (await edge.client.get("/docs/clients/gerbang_client-9.9.9-py3-none-any.whl")).status_code == 404
    assert (await edge.client.get("/docs/clients/..%2f..%2fpyproject.toml")).status_code == 404
