"""NICEPAY against what every payment provider must do, on the scripted server."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from gerbang.ports.payment import Account, Method
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.terms import offered
from tests.providers.conformance import PaymentConformance, ways_to_pay
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import account
from tests.providers.nicepay.script import CANCEL, HANG_UP, IMID, INQUIRY, REDIRECT, REGISTRATION, Say, Script


@dataclass(slots=True)
class ScriptedStage:
    """The conformance stage over the scripted server: the little that NICEPAY must remember between two calls."""

    script: Script
    provider: NicepayPayments
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    losing: bool = False

    def __post_init__(self) -> None:
        for path, act in (
            (REGISTRATION, self._register),
            (REDIRECT, self._register),
            (INQUIRY, self._tell),
            (CANCEL, self._cancel),
        ):
            self.script.on(path, self._through(act))

    @property
    def account(self) -> Account:
        return account(self.script.base_url)

    def unreachable(self) -> Account:
        return account(wire.nobody())

    def with_wrong_credentials(self) -> Account:
        return account(self.script.base_url, imid="SOMEBODY99")

    async def pay(self, reference: str) -> None:
        self.orders[reference] |= {"status": "0", "authNo": "123456", "depositDt": "20250115", "depositTm": "094510"}

    async def lose_next_answer(self) -> None:
        self.losing = True

    async def registered(self, reference: str) -> int:
        return int(reference in self.orders)

    def _through(self, act: Any) -> wire.Answer:
        def answer(body: dict[str, str]) -> Say:
            said: Say = act(body) if body["iMid"] == IMID else wire.refusal("9011")
            lost, self.losing = self.losing, False
            return HANG_UP if lost else said

        return answer

    def _register(self, order: dict[str, str]) -> Say:
        if order["referenceNo"] in self.orders:
            return wire.refusal("9009")
        card = order["payMethod"] == "01"
        self.orders[order["referenceNo"]] = {"status": "9" if card else "3"}
        return wire.say(wire.redirected(order) if card else wire.registered(order))

    def _tell(self, asked: dict[str, str]) -> Say:
        known = self.orders[asked["referenceNo"]]
        return wire.say(wire.inquired(asked, **known))

    def _cancel(self, order: dict[str, str]) -> Say:
        known = self.orders[order["referenceNo"]]
        if order["payMethod"] == "02":
            if known["status"] == "0":
                return wire.refusal("9330")
            known["status"] = "4"
        elif known["status"] in {"0", "9"}:
            known |= {"status": "1", "cancelAmt": order["amt"]}
        else:
            return wire.refusal("9314")
        return wire.say(wire.cancelled(order))


class TestConformance(PaymentConformance):
    ways = ways_to_pay(
        offered(account("")), virtual_account=(Method.VIRTUAL_ACCOUNT, {"bank": "BCA"}), card=(Method.CARD, {})
    )

    @pytest.fixture
    def stage(self, script: Script, provider: NicepayPayments) -> ScriptedStage:
        return ScriptedStage(script, provider)
