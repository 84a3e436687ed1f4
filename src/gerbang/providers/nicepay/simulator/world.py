"""What every handler of the simulated NICEPAY works on: merchants, book, switches, and how an answer is written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gerbang.ports.simulator import Answer
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.fields import Fields
from gerbang.providers.nicepay.simulator.numbers import Numbers
from gerbang.providers.nicepay.simulator.orders import CONVENIENCE_STORE, VIRTUAL_ACCOUNT, Book, Order
from gerbang.providers.nicepay.simulator.quirks import Quirks
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, Refused
from gerbang.providers.nicepay.simulator.signing import matches, merchant_token
from gerbang.providers.nicepay.simulator.snap.sessions import Sessions


class SnapClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a merchant needs for SNAP beside its id: the client secret, and the public half (PEM) of its own key pair."""

    secret: str
    public_key: str


class Merchant(msgspec.Struct, frozen=True):
    """One iMid or client id (10 characters), its key, and the payMethod codes that it may use (`01` card, `02` virtual account …).

    Without a `merchant_key` it has no V2, without `snap` no SNAP.
    """

    imid: str
    merchant_key: str
    methods: tuple[str, ...]
    name: str = ""
    snap: SnapClient | None = None


class World:
    """The state of the simulator. Orders change through `book.apply` only."""

    def __init__(self, merchants: tuple[Merchant, ...], private_key: str = "") -> None:
        self.merchants = {merchant.imid: merchant for merchant in merchants}
        self.book = Book()
        self.numbers = Numbers(self.book)
        self.quirks = Quirks()
        self.desk = Sessions(private_key)

    def merchant(self, imid: str) -> Merchant:
        """Raises Refused 9011."""
        merchant = self.merchants.get(imid)
        if merchant is None or not merchant.merchant_key:
            raise Refused("9011")
        return merchant

    def check_token(self, given: str, *parts: str) -> None:
        """Raises Refused 9010."""
        if not matches(merchant_token(*parts), given):
            raise Refused("9010")

    def transaction(self, fields: Fields) -> Order:
        """The caller's own order by tXid; raises Refused 8005 or 9228."""
        txid = read.text(fields, "tXid")
        order = self.book.get(txid)
        if order is None or order.imid != read.text(fields, "iMid"):
            raise Refused(self._unknown(txid))
        return order

    def _unknown(self, txid: str) -> str:
        if self.quirks.unknown_transaction != "by_method":
            return self.quirks.unknown_transaction
        return {VIRTUAL_ACCOUNT: "9228", CONVENIENCE_STORE: "9528"}.get(txid[10:12], "8005")

    def success(self, values: Mapping[str, Any], message: str = "SUCCESS") -> Answer:
        """HTTP 200 with resultCd 0000; fields that do not apply are null or absent, as the switch says."""
        everything = {"resultCd": "0000", "resultMsg": message, **values}
        if self.quirks.empty_fields == "absent":
            everything = {name: value for name, value in everything.items() if value is not None}
        return Answer(200, msgspec.json.encode(everything))

    def refusal(self, code: str) -> Answer:
        status = int(self.quirks.error_http_status)
        return Answer(status, msgspec.json.encode({"resultCd": code, "resultMsg": MESSAGES[code]}))
