"""What recipes of events are made of: payments by test connections, endings that the sandbox plays, people who log in. Each call is told."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from gerbang.base.errors import Conflict
from gerbang.cli.instance import Instance, Refused
from gerbang.cli.progress import Progress

HOOK: Final = "trigger"
_LOOKS: Final = 200
_A_LOOK_S: Final = 0.2
_PRICES: Final[Mapping[str, tuple[int, str]]] = {"crypto": (4_850, "USD")}
_USUAL: Final = (150_000, "IDR")
_PAYER: Final = {"name": "Sari Wulandari", "email": "sari@lumbung.example", "phone": "081234567890"}
_ABROAD: Final = "+6591234567"


class CannotTrigger(Conflict):
    """The sandbox has no means for it."""

    code = "cannot_trigger"
    title = "The sandbox cannot bring this about"


class LiveConnection(Conflict):
    """Nothing is triggered where it could move real money."""

    code = "live_connection"
    title = "This connection moves real money"


class Stage:
    """Beside one running Gerbang."""

    def __init__(self, instance: Instance, progress: Progress) -> None:
        self.instance = instance
        self.calls: list[str] = []
        self._progress = progress

    async def ask(self, method: str, path: str, body: Any = None, *, token: str = "", **query: Any) -> Any:
        """A call of the API, told."""
        with self._progress.step(self._told(method, path)):
            return await self.instance.ask(method, path, body, token=token, **query)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the sandbox, told."""
        with self._progress.step(self._told(method, path)):
            return await self.instance.control(method, path, body)

    async def payment(self, method: str = "virtual_account", amount: int = 0, connection: str = "") -> Any:
        """A payment by this method through a test connection. Raises LiveConnection, Refused."""
        price, currency = _PRICES.get(method, _USUAL)
        price = amount or price
        offer = await self._offer(method, price, currency)
        by = connection or offer["connection"]
        await self._refuse_live(by)
        phone = _ABROAD if method == "crypto" else _PAYER["phone"]
        body = {
            "amount": price,
            "currency": currency,
            "description": "Kopi Gayo 250 g",
            "customer": {**_PAYER, "phone": phone},
        }
        return await self.ask(
            "POST", "/v1/payments", {**body, "method": method, "method_options": _option(offer), "connection": by}
        )

    async def link(self) -> Any:
        """A payment whose payer has not chosen a method yet."""
        amount, currency = _USUAL
        body = {"amount": amount, "currency": currency, "description": "Kopi Gayo 250 g", "customer": _PAYER}
        return await self.ask("POST", "/v1/payments", body)

    async def choose(self, payment: str, method: str = "virtual_account") -> None:
        """The payer of that link chooses this method."""
        offer = await self._offer(method, *_USUAL)
        await self._refuse_live(offer["connection"])
        asked = {"method": method, "method_options": _option(offer), "connection": offer["connection"]}
        await self.ask("POST", f"/v1/payments/{payment}/attempts", asked)

    async def ended(self, ending: str, method: str = "virtual_account", amount: int = 0) -> str:
        """A fresh payment by this method, brought to an ending of the sandbox's catalogue; its id."""
        made = await self.payment(method, amount)
        await self._each_player(ending, method, {"payment": made["id"]})
        return str(made["id"])

    async def paid(self, method: str = "virtual_account", amount: int = 0) -> str:
        """A payment whose money Gerbang has seen, which takes a while where its provider has not answered lately; its id."""
        payment = await self.ended("paid", method, amount)
        for _ in range(_LOOKS):
            if (await self.instance.ask("GET", f"/v1/payments/{payment}"))["status"] == "paid":
                break
            await asyncio.sleep(_A_LOOK_S)
        return payment

    async def own_ending(self, ending: str, method: str) -> str:
        """An ending that begins before its payment, which the sandbox's shop makes; the payment's id."""
        return str((await self._each_player(ending, method, {}))["payment"])

    async def refund(self, payment: str, amount: int | None = None, token: str = "") -> Any:
        """Ask for money back."""
        asked = {"reason": "gerbang trigger"} | ({} if amount is None else {"amount": amount})
        return await self.ask("POST", f"/v1/payments/{payment}/refunds", asked, token=token)

    async def log_in(self, who: str) -> Any:
        """One of the demo's people; their tokens."""
        return await self.ask("POST", "/v1/auth/login", dict(self.instance.demo[who]))

    async def endpoint(self, events: Sequence[str] = ("endpoint.test",)) -> str:
        """An endpoint at the sandbox's inspector, which knows its secret; its id."""
        url = f"{self.instance.sandbox}/inspect/{HOOK}"
        made = await self.ask(
            "POST", "/v1/endpoints", {"url": url, "events": list(events), "description": "gerbang trigger"}
        )
        await self.control("PUT", f"/control/hooks/{HOOK}", {"keys": [made["secret"]], "status": 200})
        return str(made["id"])

    async def providers_of(self, method: str) -> Sequence[str]:
        """The simulators that play this method."""
        endings = (await self.instance.control("GET", "/control/endings"))["data"]
        return list(dict.fromkeys(by["provider"] for one in endings for by in one["by"] if by["method"] == method))

    async def open_link(self, payment: Any) -> None:
        """The payer opens the payment's page."""
        url = payment["checkout_url"]
        with self._progress.step(self._told("GET", urlsplit(url).path)):
            answer = await self.instance.http.send("GET", url, headers={"user-agent": "Mozilla/5.0"}, timeout_s=20.0)
        if answer.status >= 400:
            raise CannotTrigger(f"The payment's page answered {answer.status}.")

    async def _each_player(self, ending: str, method: str, named: Mapping[str, str]) -> Any:
        """Played by whichever simulator holds the payment. Raises the first refusal where none does."""
        refused: Refused | None = None
        for provider in await self.providers_of(method):
            try:
                return await self.control(
                    "POST", f"/control/{provider}/endings", {"ending": ending, "method": method, **named}
                )
            except Refused as error:
                refused = refused or error
        raise refused or CannotTrigger(
            f"The sandbox plays no {method}.", hint="`gerbang up --verbose` says what it has not got."
        )

    async def _offer(self, method: str, amount: int, currency: str) -> Any:
        offers = (await self.instance.ask("GET", "/v1/payment-methods", amount=amount, currency=currency))["data"]
        for one in offers:
            if one["method"] == method and one["available"]:
                return one
        raise CannotTrigger(
            f"No connection here takes {method}.", hint="`gerbang connections list` shows those that there are."
        )

    async def _refuse_live(self, connection: str) -> None:
        if (await self.instance.ask("GET", f"/v1/connections/{connection}"))["livemode"]:
            raise LiveConnection(
                f"The connection {connection} moves real money: nothing is triggered through it.",
                hint="Disable it while you try things out, or use a `gerbang up` with a data folder of its own.",
            )

    def _told(self, method: str, path: str) -> str:
        self.calls.append(f"{method} {path}")
        return self.calls[-1]


def _option(offer: Mapping[str, Any]) -> Mapping[str, str]:
    if offer["assets"]:
        first = min(offer["assets"], key=lambda one: one["asset"] != "USDC")
        return {"asset": first["asset"], "network": first["network"]}
    return {offer["option"]: offer["options"][0]["name"]} if offer["option"] else {}
