"""The ways to pay that test_every_method.py walks through: one row each, as a merchant asks for it; another dialect is one more row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.journeys.world import Json


@dataclass(frozen=True)
class Row:
    """One way to pay. `walk` is what the payer presses on the provider's pages (form, fields typed); without one the payer pays what is
    shown. `refusal` is the sandbox's act that ends it unpaid and the status that we then learn. `refund` and `part` say who gives back.
    `lost` is what attempts stand at when the answer to a registration was lost: a dialect that looks orders up by our reference needs no
    second one, and where only that answer told the payer where to go (empty), the payer chooses anew. `stays_open`: its provider will not
    close it, and it can go on being paid. `like` names a row of the same way whose partner differs: it need not go through everything again.
    """

    name: str
    method: str
    options: Mapping[str, str] = field(default_factory=dict)
    shows: str = "redirect"
    walk: tuple[tuple[str, Mapping[str, str]], ...] = (("/decide", {"decision": "approve"}),)
    refusal: tuple[str, str] = ("decline", "failed")
    ends_at_provider: bool = False
    closed_at_provider: bool = False
    stays_open: bool = False
    refund: str = "provider"
    part: str = "transfer"
    connection: str = "nicepay-uji"
    lost: tuple[str, ...] = ("abandoned", "pending")
    registration: str = "/registration"
    refund_call: str = "/cancel"
    provider: str = "nicepay"
    like: str = ""

    @property
    def choice(self) -> Json:
        return {"method": self.method, "method_options": dict(self.options), "connection": self.connection}

    @property
    def clearing(self) -> str:
        return f"clearing:{self.connection}"


BY_CARD: Final = (
    ("/redirect/v2/card", {"cardNo": "5123450000000008", "cardExpYymm": "3901", "cardCvv": "100"}),
    ("/redirect/v2/secure", {"decision": "approve"}),
)
NUMBER: Final[Mapping[str, Any]] = {
    "walk": (),
    "refusal": ("expire", "expired"),
    "ends_at_provider": True,
    "closed_at_provider": True,
    "refund": "transfer",
}
ROWS_BY_V2: Final = (
    Row("virtual_account", "virtual_account", {"bank": "BRI"}, "display_virtual_account", **NUMBER),
    Row("alfamart", "convenience_store", {"store": "ALFAMART"}, "display_code", **NUMBER),
    Row("indomaret", "convenience_store", {"store": "INDOMARET"}, "display_code", like="alfamart", **NUMBER),
    Row("card", "card", {}, walk=BY_CARD, part="provider", stays_open=True),
    Row("qris", "qris", {}, "display_qr", walk=(), ends_at_provider=True),
    Row("ovo", "ewallet", {"wallet": "OVO"}),
    Row("dana", "ewallet", {"wallet": "DANA"}),
    Row("linkaja", "ewallet", {"wallet": "LINKAJA"}, like="dana"),
    Row("shopeepay", "ewallet", {"wallet": "SHOPEEPAY"}, like="dana"),
    Row("kredivo", "paylater", {"lender": "KREDIVO"}, like="akulaku"),
    Row("akulaku", "paylater", {"lender": "AKULAKU"}),
    Row("indodana", "paylater", {"lender": "INDODANA"}, like="akulaku"),
    Row(
        "jenius",
        "direct_debit",
        {"bank": "JENIUS"},
        walk=(("/decide", {"decision": "approve", "cashtag": "$sari"}),),
        refusal=("decline", "pending"),  # no status of direct debit tells of a refusal
    ),
)
SNAP: Final[Mapping[str, Any]] = {"connection": "nicepay-snap-uji"}
WALLET: Final = {**SNAP, "registration": "/payment-host-to-host", "refund_call": "/debit/refund"}
ROWS_BY_SNAP: Final = (
    Row("snap_account", "virtual_account", {"bank": "MANDIRI"}, "display_virtual_account", registration="/create-va", **SNAP, **NUMBER),
    Row("snap_qris", "qris", {}, "display_qr", walk=(), ends_at_provider=True, registration="/qr-mpm-generate", refund_call="/qr-mpm-refund", **SNAP),
    Row("snap_ovo", "ewallet", {"wallet": "OVO"}, "wait", walk=(), lost=("pending",), **WALLET),
    Row("snap_dana", "ewallet", {"wallet": "DANA"}, lost=(), **WALLET),
    Row("snap_shopeepay", "ewallet", {"wallet": "SHOPEEPAY"}, like="snap_dana", **WALLET),
)  # fmt: skip
ROWS: Final = (*ROWS_BY_V2, *ROWS_BY_SNAP)
BY_NAME: Final = {row.name: row for row in ROWS}
