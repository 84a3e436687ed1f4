"""The provider's own Python SDK, an independent client, drives the simulator over HTTP. Its known faults are worked around here.

It imports tkinter, keeps its addresses in constants, makes its own references from the second, and its inquiry returns nothing.
"""

import asyncio
import logging
import sys
import types
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gerbang.providers.nicepay.simulator import Merchant
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.sandbox.merchant import CARD_IMID, CARD_KEY, IMID, KEY, OTHER_IMID, OTHER_KEY


@dataclass(frozen=True)
class Sdk:
    """The parts of the SDK that these tests call."""

    general: Any
    generator: Any
    checkout_generator: Any
    enterprise: Any
    checkout: Any
    client: Any
    environment: Any
    seller: Any


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sdk]:
    stub, messagebox = types.ModuleType("tkinter"), types.ModuleType("tkinter.messagebox")
    vars(messagebox)["RETRY"] = "retry"
    monkeypatch.setitem(sys.modules, "tkinter", stub)
    monkeypatch.setitem(sys.modules, "tkinter.messagebox", messagebox)
    level = logging.getLogger().level
    from python_nicepay.config.apiClient import apiClient
    from python_nicepay.constants.constantsGeneral import ConstantsGeneral
    from python_nicepay.data.builder import builderEnvironment
    from python_nicepay.data.builder.v2.enterprise.builderSellers import BuildSeller
    from python_nicepay.data.builder.v2.enterprise.dataGenerator import DataGenerator
    from python_nicepay.data.builder.v2.professional.dataGenerator import DataGenerator as CheckoutGenerator
    from python_nicepay.service.v2EnterpriseService import ServiceNicepay
    from python_nicepay.service.v2ProfessionalService import ServiceNicepay as Checkout

    environment = builderEnvironment.BuildEnvironment().isCloud(False).isProduction(False).build()
    yield Sdk(
        general=ConstantsGeneral,
        generator=DataGenerator,
        checkout_generator=CheckoutGenerator,
        enterprise=ServiceNicepay,
        checkout=Checkout,
        client=apiClient,
        environment=environment,
        seller=BuildSeller,
    )
    logging.getLogger().setLevel(level)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    others = Merchant(OTHER_IMID, OTHER_KEY, ("03", "04", "05", "06", "08"))
    connections = (Merchant(IMID, KEY, ("02",)), Merchant(CARD_IMID, CARD_KEY, ("01",)), others)
    async with running(sandbox_config(str(tmp_path), connections)) as sandbox:
        yield sandbox


def use(sdk: Sdk, sandbox: Sandbox, imid: str, key: str) -> None:
    sdk.general.setNonSnapConfiguration(imid, key, f"{sandbox.url}/nothing", f"{sandbox.url}/back")
    sdk.general.setSandboxBaseUrl(f"{sandbox.url}/nicepay")


def account(sdk: Sdk) -> dict[str, Any]:
    cart = {"count": "1", "item": {"goods_name": "Kopi", "goods_amt": "10000"}}
    asked = {
        "payMethod": "02",
        "bankCd": "BRIN",
        "vacctValidDt": "",
        "vacctValidTm": "",
        "merFixAcctId": "",
        "amt": "10000",
    }
    body: dict[str, Any] = sdk.generator.getTransactionBody(asked, cart)
    return body


async def call(sdk: Sdk, body: dict[str, Any], endpoint: str) -> dict[str, Any]:
    host, headers = sdk.environment.getHost(), sdk.generator.getTransactionHeader()
    answer: dict[str, Any] = await asyncio.to_thread(sdk.client.send, host, headers, body, endpoint)
    return answer


async def test_the_sdk_registers_inquires_and_cancels_a_virtual_account(sdk: Sdk, sandbox: Sandbox) -> None:
    use(sdk, sandbox, IMID, KEY)
    body = account(sdk)
    registered = msgspec.json.decode(await asyncio.to_thread(sdk.enterprise.serviceRequest, body, sdk.environment))
    assert registered["resultCd"] == "0000", registered
    assert registered["vacctNo"].startswith("88480004")
    same = {"tXid": registered["tXid"], "referenceNo": body["referenceNo"], "amt": "10000"}
    unpaid = await call(sdk, sdk.generator.getInquiryBody(same), "/direct/v2/inquiry")
    assert unpaid["status"] == "3"
    asked = {**same, "payMethod": "02", "cancelType": "1", "cancelMsg": "", "cancelUserId": "Admin"}
    cancelled = await asyncio.to_thread(
        sdk.enterprise.serviceCancel, sdk.generator.getCancelBody(asked), sdk.environment
    )
    assert cancelled["resultCd"] == "0000", cancelled
    assert (await call(sdk, sdk.generator.getInquiryBody(same), "/direct/v2/inquiry"))["status"] == "4"


async def test_the_sdks_numbers_and_doubled_slashes_are_taken(sdk: Sdk, sandbox: Sandbox) -> None:
    use(sdk, sandbox, IMID, KEY)
    sdk.general.setSandboxBaseUrl(f"{sandbox.url}/nicepay/")
    body = account(sdk)
    body["amt"] = 10000
    assert (await call(sdk, body, "/direct/v2/registration"))["resultCd"] == "0000"


async def test_the_sdk_sends_a_browser_to_the_hosted_card_page(sdk: Sdk, sandbox: Sandbox) -> None:
    use(sdk, sandbox, CARD_IMID, CARD_KEY)
    cart = {"count": "1", "item": [{"goods_name": "Kopi", "goods_amt": "10000"}]}
    asked = {"payMethod": "01", "instmntType": "1", "instmntMon": "1", "recurrOpt": "0", "amt": "10000"}
    body = sdk.checkout_generator.getTransactionBody(asked, cart, {})
    txid = await asyncio.to_thread(sdk.checkout.serviceRequest, body, sdk.environment)
    async with httpx.AsyncClient() as browser:
        page = await browser.get(f"{sandbox.url}/nicepay/redirect/v2/payment", params={"tXid": txid})
    assert page.status_code == 200
    assert "Rp\u00a010.000" in page.text


# As the SDK's own tests fill them: amounts as numbers, one item as an object, fields that it knows nothing of as empty text.
BASKET: dict[str, Any] = {"goods_name": "iPhone", "goods_detail": "1TB", "goods_amt": 10000, "goods_quantity": "1"}
ORDERS: dict[str, dict[str, Any]] = {
    "qris": {
        "payMethod": "08",
        "mitraCd": "QSHP",
        "shopId": "NICEPAY",
        "paymentExpDt": "",
        "paymentExpTm": "",
        "amt": 10000,
    },
    "ovo": {"payMethod": "05", "mitraCd": "OVOE", "userIP": "127.0.0.1", "amt": 10000},
    "linkaja": {"payMethod": "05", "mitraCd": "LINK", "userIP": "127.0.0.1", "amt": 10000},
    "indomaret": {
        "payMethod": "03",
        "mitraCd": "INDO",
        "payValidDt": "",
        "payValidTm": "",
        "merFixAcctId": "",
        "amt": 10000,
    },
    "kredivo": {"payMethod": "06", "instmntType": "1", "instmntMon": "1", "mitraCd": "KDVI", "amt": 10000},
    "akulaku": {"payMethod": "06", "instmntType": "1", "instmntMon": "1", "mitraCd": "AKLP", "amt": 10000},
    "jenius": {"payMethod": "04", "mitraCd": "JENC", "mRefNo": "", "amt": 10000},
}
PAID_BACK = [name for name in ORDERS if name != "indomaret"]


def order_of(sdk: Sdk, name: str) -> dict[str, Any]:
    asked = ORDERS[name]
    cart = {"count": "1", "item": BASKET}
    if asked["payMethod"] != "06":
        body: dict[str, Any] = sdk.generator.getTransactionBody(asked, cart)
        return body
    sellers = sdk.seller().setSellerId("SEL123").setSellerNm("Sellers").setSellerEmail("s@example.com")
    sellers = sellers.setSellerUrl("https://www.sellers.com").setSellerAddress({"sellerNm": "SEL123"}).build()
    loan: dict[str, Any] = sdk.generator.getPayloanBody(asked, cart, sellers.jsonSellers())
    return loan


async def registered_by(sdk: Sdk, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    body = order_of(sdk, name)
    answer = msgspec.json.decode(await asyncio.to_thread(sdk.enterprise.serviceRequest, body, sdk.environment))
    assert answer["resultCd"] == "0000", answer
    return body, answer


@pytest.mark.parametrize("name", ORDERS)
async def test_the_sdk_registers_and_inquires_every_method(sdk: Sdk, sandbox: Sandbox, name: str) -> None:
    use(sdk, sandbox, OTHER_IMID, OTHER_KEY)
    body, answer = await registered_by(sdk, name)
    assert answer["mitraCd"] == ORDERS[name]["mitraCd"]
    same = {"tXid": answer["tXid"], "referenceNo": body["referenceNo"], "amt": "10000"}
    told = await call(sdk, sdk.generator.getInquiryBody(same), "/direct/v2/inquiry")
    assert told["status"] in {"3", "9"}


@pytest.mark.parametrize("name", PAID_BACK)
async def test_the_sdks_browser_pays_and_its_cancel_gives_back(sdk: Sdk, sandbox: Sandbox, name: str) -> None:
    use(sdk, sandbox, OTHER_IMID, OTHER_KEY)
    body, answer = await registered_by(sdk, name)
    same = {"tXid": answer["tXid"], "referenceNo": body["referenceNo"], "amt": "10000"}
    async with httpx.AsyncClient() as browser:
        if name == "qris":
            page = await browser.get(answer["qrUrl"])
        else:
            step = sdk.generator.getPaymentBody({**same, "timeStamp": "20250115093100", "cashtag": "$budi"})
            page = await browser.get(f"{sandbox.url}/nicepay/direct/v2/payment", params=step)
        assert page.status_code == 200
        assert "Rp\u00a010.000" in page.text
        pressed = {
            "tXid": answer["tXid"],
            "decision": "approve",
            "cashtag": "$budi",
            "callBackUrl": f"{sandbox.url}/back",
        }
        done = await browser.post(f"{sandbox.url}/nicepay/redirect/v2/decide", data=pressed)
    assert "resultCd=0000" in done.headers["location"]
    paid = await call(sdk, sdk.generator.getInquiryBody(same), "/direct/v2/inquiry")
    assert paid["status"] == "0"
    asked = {
        **same,
        "payMethod": ORDERS[name]["payMethod"],
        "cancelType": "1",
        "cancelMsg": "",
        "cancelUserId": "Admin",
    }
    back = await asyncio.to_thread(sdk.enterprise.serviceCancel, sdk.generator.getCancelBody(asked), sdk.environment)
    assert back["resultCd"] == "0000", back
    after = await call(sdk, sdk.generator.getInquiryBody(same), "/direct/v2/inquiry")
    assert after["status"] in {"1", "2"}


async def test_a_wrong_key_is_refused(sdk: Sdk, sandbox: Sandbox) -> None:
    use(sdk, sandbox, IMID, "another key")
    assert (await call(sdk, account(sdk), "/direct/v2/registration"))["resultCd"] == "9010"
