"""What every handler of the simulated Commerce works on: merchants, book, switches, and how an answer is written."""

from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

import msgspec

from gerbang.ports.simulator import Answer, Request
from gerbang.providers.coinbase_commerce.simulator.charges import WEB3, Book, Charge
from gerbang.providers.coinbase_commerce.simulator.intents import PAYER, Intent
from gerbang.providers.coinbase_commerce.simulator.quirks import Quirks
from gerbang.providers.coinbase_commerce.simulator.refusals import STATUSES, Refused

VERSION: Final = "2018-03-22"
_WARNING: Final = f"Missing X-CC-Version header; serving latest API version ({VERSION})"
_HEADERS: Final = (("content-type", "application/json; charset=utf-8"),)


class Merchant(msgspec.Struct, frozen=True):
    """One account: its key, its webhook secret and address, the generation of its charges, and where it is paid out on chain."""

    api_key: str
    shared_secret: str
    hook_url: str
    generation: str = WEB3
    recipient: str = "0x" + "c0" * 20
    name: str = ""


class World:
    """The state of the simulator. Charges change through `book.apply` only."""

    def __init__(self, merchants: tuple[Merchant, ...]) -> None:
        self.merchants = {merchant.name: merchant for merchant in merchants}
        self._by_key = {merchant.api_key: merchant for merchant in merchants}
        self.book = Book()
        self.quirks = Quirks()

    def caller(self, request: Request) -> Merchant:
        """Whose key this is; raises Refused."""
        merchant = self._by_key.get(request.headers.get("x-cc-api-key", ""))
        if merchant is None:
            raise Refused("authentication_error", "No such API key")
        return merchant

    def charge(self, merchant: Merchant, name: str) -> Charge:
        """The caller's own charge by id or code; raises Refused."""
        charge = self.book.get(name)
        if charge is None or charge.merchant != merchant.name or name not in {charge.id, charge.code}:
            raise Refused("not_found", "Not found")
        return charge

    def intent(self, charge: Charge) -> Intent:
        """The intent by which the charge's payer (the demo wallet, while none is connected) pays it."""
        recipient = self.merchants[charge.merchant].recipient
        k2 = self.quirks.intent_prefix == "k2"
        return Intent(charge.id, charge.amount, recipient, charge.payer or PAYER, charge.expires_at, k2=k2)

    def answer(self, request: Request, values: Mapping[str, Any], status: int = 200) -> Answer:
        """JSON, with a warning to who names no version."""
        warned = {} if request.headers.get("x-cc-version") else {"warnings": [_WARNING]}
        return _json(request, {**values, **warned}, status)

    def refusal(self, request: Request, refused: Refused) -> Answer:
        values = {"error": {"type": refused.kind, "message": refused.message}}
        return _json(request, values, STATUSES[refused.kind])


def _json(request: Request, values: Mapping[str, Any], status: int) -> Answer:
    request_id = f"{crc32(request.path.encode() + request.body):08x}"
    return Answer(status, msgspec.json.encode(values), (*_HEADERS, ("x-request-id", request_id)))
