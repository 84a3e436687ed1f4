"""NICEPAY's own Python SDK drives the simulator's SNAP over HTTP. Its known faults are worked around here.

It imports tkinter, keeps its keys and addresses in constants, and its transaction service returns nothing: the answer is left in a global.
"""

import asyncio
import base64
import logging
import sys
import types
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from gerbang.providers.nicepay.simulator import Merchant, SnapClient
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.providers.nicepay.snap.keys import CLIENT_ID, SECRET, private_key, public_key

MONEY: Final = {"value": "10000.00", "currency": "IDR"}
TOKEN_BODY: Final = {"grantType": "client_credentials", "additionalInfo": ""}
CART: Final = (
    '{"count":1,"item":[{"goods_name":"Kopi","goods_detail":"Kopi","goods_amt":"10000","goods_quantity":"1"}]}'
)


@dataclass(frozen=True)
class Sdk:
    """The parts of the SDK that these tests call."""

    general: Any
    endpoints: Any
    service: Any
    accounts: Any
    debit: Any
    qris: Any
    environment: Any

    async def send(self, body: Any, endpoint: str, method: str = "POST") -> dict[str, Any]:
        await asyncio.to_thread(
            self.service.SnapService.serviceTransaction, TOKEN_BODY, body, endpoint, self.environment, method
        )
        said: dict[str, Any] = self.service.receiveResponse
        return said


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sdk]:
    stub, messagebox = types.ModuleType("tkinter"), types.ModuleType("tkinter.messagebox")
    vars(messagebox)["RETRY"] = "retry"
    monkeypatch.setitem(sys.modules, "tkinter", stub)
    monkeypatch.setitem(sys.modules, "tkinter.messagebox", messagebox)
    level = logging.getLogger().level
    from python_nicepay.constants.constantsEndpoint import ConstantsEndpoints
    from python_nicepay.constants.constantsGeneral import ConstantsGeneral
    from python_nicepay.data.builder import builderEnvironment
    from python_nicepay.data.builder.snap import builderDirectDebit, builderQris, builderVirtualAccount
    from python_nicepay.service import snapService

    environment = builderEnvironment.BuildEnvironment().isCloud(False).isProduction(False).build()
    yield Sdk(
        general=ConstantsGeneral,
        endpoints=ConstantsEndpoints,
        service=snapService,
        accounts=builderVirtualAccount,
        debit=builderDirectDebit,
        qris=builderQris,
        environment=environment,
    )
    logging.getLogger().setLevel(level)


@pytest.fixture
async def sandbox(tmp_path: Path, sdk: Sdk) -> AsyncIterator[Sandbox]:
    merchant = Merchant(CLIENT_ID, "", ("02", "05", "08"), "Toko", SnapClient(SECRET, public_key("merchant")))
    async with (
        running(sandbox_config(str(tmp_path), (merchant,))) as one,
        httpx.AsyncClient(base_url=one.url) as control,
    ):
        # The SDK names its calls by the second, and two may fall into one.
        await control.put("/control/nicepay/quirks", json={"snap_external_id": "unchecked"})
        key = serialization.load_pem_private_key(private_key("merchant").encode(), None)
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        sdk.general.setSnapConfiguration(CLIENT_ID, SECRET, base64.b64encode(der).decode())
        sdk.general.setSandboxBaseUrl(f"{one.url}/nicepay")
        yield one


async def control(sandbox: Sandbox, act: str, reference: str) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        answer = await client.post(f"/control/nicepay/{act}", json={"reference": reference})
        assert answer.is_success, answer.text


def new_account(sdk: Sdk, reference: str) -> Any:
    info = {
        "bankCd": "BMRI",
        "goodsNm": "Kopi",
        "dbProcessUrl": "http://127.0.0.1:9/hooks",
        "vacctValidDt": "",
        "vacctValidTm": "",
        "msId": "",
        "msFee": "",
        "msFeeType": "",
        "mbFee": "",
        "mbFeeType": "",
    }
    built = sdk.accounts.BuildCreateVA().setPartnerServiceId("").setCustomerNo("").setVirtualAccountNo("")
    built = built.setVirtualAccountName("Budi").setTrxId(reference).setTotalAmount(MONEY).setAdditionalInfo(info)
    return built.build().jsonVACreate()


async def test_the_sdk_makes_asks_about_and_deletes_a_virtual_account(sdk: Sdk, sandbox: Sandbox) -> None:
    made = await sdk.send(new_account(sdk, "INV-1"), sdk.endpoints.createVA())
    assert made["responseCode"] == "2002700", made
    data = made["virtualAccountData"]
    known = {"tXidVA": data["additionalInfo"]["tXidVA"], "totalAmount": MONEY}
    question = sdk.accounts.BuildInquiryVA().setPartnerServiceId("").setCustomerNo("")
    question = question.setVirtualAccountNo(data["virtualAccountNo"]).setInquiryRequestId("")
    question = question.setAdditionalInfo({**known, "trxId": "INV-1"}).build().jsonVAInquiry()
    unpaid = await sdk.send(question, sdk.endpoints.inquiryVA())
    assert unpaid["responseCode"] == "2002600", unpaid
    assert unpaid["additionalInfo"]["latestTransactionStatus"] == "03"
    end = sdk.accounts.BuildCancelVA().setPartnerServiceId("").setCustomerNo("").setTrxId("INV-1")
    end = end.setVirtualAccountNo(data["virtualAccountNo"]).setAdditionalInfo({**known, "cancelMessage": "x"})
    deleted = await sdk.send(end.build().jsonVACancel(), sdk.endpoints.cancelVA(), "DELETE")
    assert deleted["responseCode"] == "2003100", deleted
    closed = await sdk.send(question, sdk.endpoints.inquiryVA())
    assert closed["virtualAccountData"]["additionalInfo"]["latestTransactionStatus"] == "04"


async def test_the_sdk_makes_a_qr_code_asks_about_it_and_gives_its_payment_back(sdk: Sdk, sandbox: Sandbox) -> None:
    info = {
        "goodsNm": "Kopi",
        "billingNm": "Budi",
        "billingPhone": "0813798872",
        "billingEmail": "b@example.com",
        "billingAddr": "Jakarta",
        "billingCity": "Jakarta",
        "billingState": "DKI",
        "billingCountry": "Indonesia",
        "billingPostCd": "10200",
        "userIP": "127.0.0.1",
        "callBackUrl": "http://s/back",
        "dbProcessUrl": "http://127.0.0.1:9/hooks",
        "msfee": "",
        "msId": "",
        "cartData": CART,
        "mitraCd": "QSHP",
    }
    code = sdk.qris.BuildQris().setMerchantId(CLIENT_ID).setPartnerReferenceNo("INV-2").setStoreId("NICEPAY")
    code = code.setValidityPeriod("").setAmount(MONEY).setAdditionalInfo(info).build().jsonQris()
    made = await sdk.send(code, sdk.endpoints.qris())
    assert made["responseCode"] == "2004700", made
    assert made["qrContent"].startswith("000201")
    async with httpx.AsyncClient() as browser:  # "in the sandbox the QR is paid by opening qrUrl"
        assert "Rp\u00a010.000" in (await browser.get(made["qrUrl"])).text
    await control(sandbox, "pay", "INV-2")
    question = sdk.qris.BuildQrisInquiry().setMerchantId(CLIENT_ID).setExternalStoreId("NICEPAY").setServiceCode("47")
    question = question.setOriginalReferenceNo(made["referenceNo"]).setOriginalPartnerReferenceNo("INV-2")
    question = question.setAdditionalInfo({}).build().jsonQrisInquiry()
    paid = await sdk.send(question, sdk.endpoints.inquiryQris())
    assert (paid["responseCode"], paid["latestTransactionStatus"], paid["amount"]) == ("2005100", "00", MONEY)
    back = sdk.qris.BuildQrisRefund().setMerchantId(CLIENT_ID).setExternalStoreId("NICEPAY").setPartnerRefundNo("51")
    back = back.setOriginalReferenceNo(made["referenceNo"]).setOriginalPartnerReferenceNo("INV-2").setReason("x")
    back = back.setRefundAmount(MONEY).setAdditionalInfo({"cancelType": "1"}).build().jsonQrisRefund()
    assert (await sdk.send(back, sdk.endpoints.refundQris()))["responseCode"] == "2007800"
    assert (await sdk.send(question, sdk.endpoints.inquiryQris()))["latestTransactionStatus"] == "04"
    assert (await sdk.send(back, sdk.endpoints.refundQris()))["responseCode"] == "4097801"


async def test_the_sdk_takes_a_wallet_asks_about_it_and_gives_it_back(sdk: Sdk, sandbox: Sandbox) -> None:
    urls = [
        {"url": f"http://127.0.0.1:9/{kind}", "type": kind, "isDeeplink": "Y"} for kind in ("PAY_NOTIFY", "PAY_RETURN")
    ]
    info = {
        "mitraCd": "DANA",
        "goodsNm": "Kopi",
        "billingNm": "Budi",
        "billingPhone": "62813636800",
        "cartData": CART,
        "dbProcessUrl": "http://127.0.0.1:9/hooks",
        "callBackUrl": "http://s/back",
        "msId": "",
    }
    order = sdk.debit.BuildDirectDebit().setPartnerReferenceNo("INV-3").setMerchantId(CLIENT_ID).setSubMerchantId("")
    order = order.setExternalStoreId("").setValidUpTo("").setPointOfInitiation("Mobile App").setAmount(MONEY)
    order = order.setUrlParam(urls).setAdditionalInfo(info).build().jsonDirectDebit()
    made = await sdk.send(order, sdk.endpoints.directDebit())
    assert made["responseCode"] == "2005400", made
    assert "tXid=" in made["webRedirectUrl"]
    question = sdk.debit.BuildDirectDebitInquiry().setMerchantId(CLIENT_ID).setSubMerchantId("").setServiceCode("54")
    question = question.setOriginalPartnerReferenceNo("INV-3").setOriginalReferenceNo(made["referenceNo"])
    question = question.setTransactionDate("20250115093000").setAmount(MONEY).setAdditionalInfo({}).build()
    asked = question.jsonDirectDebitInquiry()
    assert (await sdk.send(asked, sdk.endpoints.inquiryDirectDebit()))["latestTransactionStatus"] == "01"
    await control(sandbox, "pay", "INV-3")
    assert (await sdk.send(asked, sdk.endpoints.inquiryDirectDebit()))["latestTransactionStatus"] == "00"
    back = sdk.debit.BuildDirectDebitRefund().setPartnerRefundNo("RefundNo1").setMerchantId(CLIENT_ID).setReason("x")
    back = back.setSubMerchantId("").setOriginalPartnerReferenceNo("INV-3").setExternalStoreId("NICEPAY")
    back = back.setOriginalReferenceNo(made["referenceNo"]).setRefundAmount(MONEY)
    back = back.setAdditionalInfo({"refundType": "1"}).build().jsonDirectDebitRefund()
    assert (await sdk.send(back, sdk.endpoints.refundDirectDebit()))["responseCode"] == "2005800"


async def test_the_sdks_doubled_slashes_are_collapsed(sdk: Sdk, sandbox: Sandbox) -> None:
    sdk.general.setSandboxBaseUrl(f"{sandbox.url}/nicepay/")
    assert (await sdk.send(new_account(sdk, "INV-4"), sdk.endpoints.createVA()))["responseCode"] == "2002700"


async def test_a_wrong_secret_is_refused(sdk: Sdk, sandbox: Sandbox) -> None:
    sdk.general.setClientSecret("another secret")
    assert (await sdk.send(new_account(sdk, "INV-5"), sdk.endpoints.createVA()))["responseCode"] == "4012700"
