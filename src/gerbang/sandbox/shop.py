"""A merchant's program, as the endings need one: it makes payments by Gerbang's API with an API key, and knows nothing else of Gerbang."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from gerbang.base import ids
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http
from gerbang.ports.simulator import Impossible

PRICES: Final[Mapping[str, tuple[int, str]]] = {"crypto": (4_850, "USD")}
_USUAL: Final = (150_000, "IDR")
_PHONES: Final = {"crypto": "+6591234567"}  # a buyer abroad: whoever is in Indonesia pays in rupiah
_ANSWER_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Shop:
    """`url` is Gerbang's address, `key` reads the API key (empty while there is none), `connections` names the one of each simulator, and of each
    of its wires where it has several (`simulator/wire`).
    """

    http: Http
    url: str
    key: Callable[[], str]
    connections: Mapping[str, str]

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout_s: float = _ANSWER_S
    ) -> Any:
        """One call of the API; answers its JSON. Raises Impossible with Gerbang's words."""
        headers = {
            "authorization": f"Bearer {self.key()}",
            "content-type": "application/json",
            "idempotency-key": ids.new().hex,
        }
        sent = b"" if body is None else msgspec.json.encode(body)
        try:
            answer = await self.http.send(method, self.url + path, headers=headers, body=sent, timeout_s=timeout_s)
        except UpstreamFailed as error:
            raise Impossible("conflict", f"Gerbang at {self.url} did not answer: {error.detail}") from error
        told = msgspec.json.decode(answer.body or b"{}")
        if answer.status >= 300:
            raise Impossible("conflict", f"Gerbang answered {answer.status} to {path}: {told.get('detail', '')}")
        return told

    async def buy(self, provider: str, method: str) -> Mapping[str, Any]:
        """A payment of the demo shop by this method through the connection to this simulator."""
        amount, currency = PRICES.get(method, _USUAL)
        options = await self.options(provider, method)
        if not options:
            raise Impossible("conflict", f"No connection to {provider} offers {method}.")
        made: Mapping[str, Any] = await self.call(
            "POST",
            "/v1/payments",
            {
                "amount": amount,
                "currency": currency,
                "description": "Kopi Gayo 250 g",
                "order_reference": f"UJI-{ids.new().hex[-6:]}",
                "method": method,
                "method_options": options[0],
                "connection": self.connections[provider],
                "customer": {
                    "name": "Sari Wulandari",
                    "email": "sari@lumbung.example",
                    "phone": _PHONES.get(method, "081234567890"),
                },
            },
        )
        return made

    async def newest(self, provider: str, method: str) -> Mapping[str, Any] | None:
        """The newest payment that waits for this method's money; None when there is none."""
        query = {"status": "pending", "method": method, "connection": self.connections[provider], "limit": 1}
        found: list[Mapping[str, Any]] = (await self.call("GET", f"/v1/payments?{urlencode(query)}"))["data"]
        return found[0] if found else None

    async def options(self, provider: str, method: str) -> list[Mapping[str, str]]:
        """What `method_options` may be, the usual first; one empty choice where the method has none, nothing where it is not offered."""
        amount, currency = PRICES.get(method, _USUAL)
        query = urlencode({"amount": amount, "currency": currency})
        offers = (await self.call("GET", f"/v1/payment-methods?{query}"))["data"]
        offer = next((one for one in offers if one["method"] == method and one["available"]), None)
        if offer is None or provider not in self.connections:
            return []
        if offer["assets"]:
            assets = sorted(offer["assets"], key=lambda one: one["asset"] != "USDC")
            return [{"asset": one["asset"], "network": one["network"]} for one in assets]
        return [{offer["option"]: one["name"]} for one in offer["options"]] if offer["option"] else [{}]
