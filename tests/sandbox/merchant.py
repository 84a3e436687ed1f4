"""A merchant written from the notes alone, for driving the NICEPAY simulator: computes its own tokens, on the wire or in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from gerbang.ports.simulator import Act, Outcome, Request
from gerbang.providers.nicepay.simulator import Merchant, NicepaySimulator

IMID = "DEMOMERCH1"
KEY = "k3y-made-up-0123456789abcdefghijklmnopqrstuvwxyz=="
CARD_IMID = "DEMOCARD01"
CARD_KEY = "another-made-up-key"
STAMP = "20250115093000"
START = datetime(2025, 1, 15, 2, 30, 1, tzinfo=UTC)
OTHER_IMID = "DEMOOTHER1"
OTHER_KEY = "a-third-made-up-key"
MERCHANTS = (
    Merchant(IMID, KEY, ("02",), "Toko Lumbung"),
    Merchant(CARD_IMID, CARD_KEY, ("01",), "Toko Lumbung"),
    Merchant(OTHER_IMID, OTHER_KEY, ("03", "04", "05", "06", "08"), "Toko Lumbung"),
)
JSON = {"content-type": "Application/JSON"}


def token(*parts: str) -> str:
    return sha256("".join(parts).encode()).hexdigest()


def registration(imid: str = IMID, key: str = KEY, **changes: Any) -> dict[str, Any]:
    """A whole virtual account registration; None removes a field, and the token fits whatever is sent unless it is given."""
    fields: dict[str, Any] = {
        "timeStamp": STAMP,
        "iMid": imid,
        "payMethod": "02",
        "currency": "IDR",
        "amt": "150000",
        "referenceNo": "INV-2025-0001",
        "goodsNm": "Kopi",
        "billingNm": "Budi",
        "billingPhone": "08123456789",
        "billingEmail": "budi@example.com",
        "billingCity": "Jakarta",
        "billingState": "DKI Jakarta",
        "billingPostCd": "10200",
        "billingCountry": "Indonesia",
        "cartData": "{}",
        "dbProcessUrl": "http://127.0.0.1:9/hooks",
        "bankCd": "BMRI",
        "vacctValidDt": "",
        "vacctValidTm": "",
    }
    fields |= changes
    signed = (fields["timeStamp"], fields["iMid"], fields["referenceNo"], fields["amt"], key)
    fields.setdefault("merchantToken", token(*(str(part or "") for part in signed)))
    return {name: value for name, value in fields.items() if value is not None}


def card_registration(**changes: Any) -> dict[str, Any]:
    card = {"payMethod": "01", "bankCd": None, "userIP": "203.0.113.9", "callBackUrl": "http://shop.test/back?x=1"}
    return registration(CARD_IMID, CARD_KEY, **{**card, **changes})


def partner_registration(method: str, partner: str, **changes: Any) -> dict[str, Any]:
    """A registration by a shop, a wallet, a lender, a bank's app or a QR, as the SDK of the provider fills it."""
    more = {
        "payMethod": method,
        "mitraCd": partner,
        "bankCd": None,
        "vacctValidDt": None,
        "vacctValidTm": None,
        "userIP": "203.0.113.9",
        "callBackUrl": "http://shop.test/back?x=1",
    }
    if method == "06":
        delivery = {
            "Nm": "Budi",
            "Phone": "08123456789",
            "Addr": "Jl. Kopi 1",
            "City": "Jakarta",
            "State": "DKI Jakarta",
            "PostCd": "10200",
            "Country": "Indonesia",
        }
        more |= {f"delivery{name}": value for name, value in delivery.items()}
        more |= {"instmntType": "1", "instmntMon": "1", "sellers": '[{"sellersId":"SEL123"}]'}
    return registration(OTHER_IMID, OTHER_KEY, **{**more, **changes})


def inquiry(txid: str | None, imid: str = IMID, key: str = KEY, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "timeStamp": STAMP,
        "iMid": imid,
        "referenceNo": "INV-2025-0001",
        "amt": "150000",
        "tXid": txid,
    }
    fields |= changes
    signed = (fields["timeStamp"], imid, fields["referenceNo"], str(fields["amt"]), key)
    fields.setdefault("merchantToken", token(*signed))
    return {name: value for name, value in fields.items() if value is not None}


def cancellation(txid: str, imid: str = IMID, key: str = KEY, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "timeStamp": STAMP,
        "iMid": imid,
        "tXid": txid,
        "payMethod": "02",
        "cancelType": "1",
        "amt": "150000",
    }
    fields |= changes
    fields.setdefault("merchantToken", token(fields["timeStamp"], imid, txid, str(fields["amt"] or ""), key))
    return {name: value for name, value in fields.items() if value is not None}


@dataclass
class InMemory:
    """The simulator without a network, its clock in our hand. Every effect is kept, so a test can replay them."""

    simulator: NicepaySimulator = field(default_factory=lambda: NicepaySimulator(MERCHANTS))
    now: datetime = START
    effects: list[bytes] = field(default_factory=list)

    def send(self, path: str, fields: Mapping[str, Any] | bytes, headers: Mapping[str, str] = JSON) -> dict[str, Any]:
        body = fields if isinstance(fields, bytes) else msgspec.json.encode(fields)
        outcome = self.request(
            Request(
                method="POST", path=path, query=b"", headers=headers, body=body, base_url="http://sandbox.test/nicepay"
            )
        )
        answer: dict[str, Any] = msgspec.json.decode(outcome.answer.body)
        return answer

    def request(self, request: Request) -> Outcome:
        self._pass_time()
        return self._kept(self.simulator.answer(request, self.now))

    def act(self, action: str, **act: Any) -> Outcome:
        self._pass_time()
        return self._kept(self.simulator.act(action, Act(**act), self.now))

    def register(self, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/registration", registration(**changes))

    def register_card(self, **changes: Any) -> dict[str, Any]:
        return self.send("/redirect/v2/registration", card_registration(**changes))

    def register_at(self, method: str, partner: str, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/registration", partner_registration(method, partner, **changes))

    def status_of(self, txid: str) -> str:
        """What an inquiry says of an order of the third merchant."""
        answer = self.inquire(txid, imid=OTHER_IMID, key=OTHER_KEY)
        assert answer["resultCd"] == "0000", answer
        return str(answer["status"])

    def cancel_at(self, txid: str, **changes: Any) -> dict[str, Any]:
        fields = cancellation(txid, OTHER_IMID, OTHER_KEY, **{"payMethod": txid[10:12], **changes})
        return self.send("/direct/v2/cancel", fields)

    def inquire(self, txid: str | None, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/inquiry", inquiry(txid, **changes))

    def inquire_card(self, txid: str, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/inquiry", inquiry(txid, CARD_IMID, CARD_KEY, **changes))

    def cancel(self, txid: str, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/cancel", cancellation(txid, **changes))

    def cancel_card(self, txid: str, **changes: Any) -> dict[str, Any]:
        return self.send("/direct/v2/cancel", cancellation(txid, CARD_IMID, CARD_KEY, **{"payMethod": "01", **changes}))

    def quirk(self, **values: Any) -> None:
        self.effects.append(msgspec.json.encode(self.simulator.set_quirks(values)))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def _pass_time(self) -> None:
        self.effects += [msgspec.json.encode(passed.effect) for passed in self.simulator.pass_time(self.now)]

    def _kept(self, outcome: Outcome) -> Outcome:
        self.effects += [msgspec.json.encode(effect) for effect in outcome.effects]
        return outcome
