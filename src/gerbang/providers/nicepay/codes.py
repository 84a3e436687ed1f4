"""Their result codes and status numbers, and what each means to us: two tables and nothing else. Pure.

Sources: NICEPAY's list of V2 result codes (2020) and its "Payment Status Code" page; the README names what is unverified.
A code that is not here is UNCLEAR: never a success, never a failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gerbang.ports.payment import Method


class Verdict(StrEnum):
    """What an answer with this code lets us do.

    DECLINED: this order was clearly refused. REFUSED: the call itself was clearly refused, somebody must mend something.
    TAKEN: an earlier try of ours arrived, whose answer we do not have. UNCLEAR: NICEPAY does not say whether it kept anything.
    """

    DONE = "done"
    DECLINED = "declined"
    REFUSED = "refused"
    TAKEN = "taken"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`code` is ours (empty when there is no decline), `text` a paraphrase of theirs, `cure` what an operator can do."""

    verdict: Verdict
    code: str = ""
    text: str = ""
    cure: str = ""


class State(StrEnum):
    """Where a transaction stands, in words that all their status tables share."""

    PAID = "paid"
    UNPAID = "unpaid"
    EXPIRED = "expired"
    REVERSED = "reversed"
    VOIDED = "voided"
    REFUNDED = "refunded"
    FAILED = "failed"


_UNKNOWN: Final = Meaning(Verdict.UNCLEAR, text="a code that is not in our table")

_FIELDS: Final = (
    "currency 9013",
    "referenceNo 9014",
    "goodsNm 9015",
    "billingNm 9016",
    "billingPhone 9017",
    "billingEmail 9018",
    "callBackUrl 9019",
    "dbProcessUrl 9020",
    "userIP 9024",
    "billingCity 9025",
    "billingState 9026",
    "billingPostCd 9027",
    "billingCountry 9028",
    "amt 9007",
)

# Busy codes are UNCLEAR and not "send again": none of them says that the order was not kept, and a repeat of our reference
# would then be refused with 9009. A registration only instructs, so core drops it and takes a new reference.
_UNCLEAR: Final = (
    ("1001 1002 1003 1004", "trouble inside NICEPAY"),
    ("8001 8002 8003 8004 8005", "order registration or order inquiry failed"),
    ("9002", "the server is busy"),
    ("9004 9005 9006 9030", "NICEPAY failed without saying how far it came"),
    ("9101 9102 9103 9104 9105 9106 9107", "the card network is busy or failed"),
    ("9201 9202 9204 9206 9219 9220", "the virtual account service is busy"),
    ("9750", "no number could be made for the wallet's order"),
    ("9801 9803 9807 9809 9810", "the direct debit service failed without saying how far it came"),
    ("9302 9303", "the cancel service is busy"),
)

# 9009 cannot be our fault: a reference is unique for ever. So an earlier submission arrived and its answer was lost; the tXid
# that an inquiry needs was in that answer, so all that is left is to listen, and to make a new attempt (design, section 4).
_TAKEN: Final = (
    ("9009", "our reference was already used"),
    ("9116 9126 9127 9808", "the transaction already exists"),
    ("9315", "the cancel was registered before"),
)

_DECLINED: Final = (
    ("9115 9124 9209 9509", "amount_too_small", "the amount is below what the method takes"),
    ("9123 9154 9155 61 65", "limit_exceeded", "a limit of number or amount is reached"),
    ("9151 9152 9153 9156 9162 34 59", "suspected_fraud", "a fraud rule refused it"),
    ("9117 9804 9805 55 75", "authentication_failed", "the payer could not be authenticated"),
    ("9110 9111 9112 9113 9125 9128 9158 9160 14", "card_invalid", "the card's data were refused"),
    ("57 58 62", "card_not_permitted", "the card may not be used so"),
    ("04 07 41 43", "card_blocked", "the card is to be kept"),
    ("05 12", "card_declined", "the card was refused"),
    ("9752 9806", "payment_declined", "the wallet or the bank refused it"),
    ("51", "insufficient_funds", "not enough money"),
    ("54", "card_expired", "the card has expired"),
    ("91 96", "issuer_unavailable", "the payer's bank does not answer"),
    ("9129", "expired", "the transaction has expired"),
    ("9313 9317", "partial_refund_not_supported", "this transaction cannot be given back in parts, or not again"),
    ("9314 9320 9326 9327 8061 8062 8063 8064 8065 8066 8067 8090", "refund_refused", "it cannot be cancelled"),
    ("9318 9330", "refund_not_supported", "a virtual account that was paid cannot be given back by NICEPAY"),
    ("9319", "refund_too_large", "more than what is left"),
    ("9331 9332 9333", "refund_not_allowed", "the merchant is not entitled to cancel"),
    ("9334", "refund_window_passed", "older than 90 days"),
)

_REFUSED: Final = (
    ("9010 9225 9525", "merchantToken is wrong", "The merchant key does not match the iMid: check both, and that they are of this environment."),
    ("9011", "the iMid is unknown", "Check the merchant id, and that it belongs to this environment (sandbox or live)."),
    ("9012", "the payment method is not active for this iMid", "NICEPAY gives a merchant id per method: set it for this method, or have the method activated."),
    ("9001 9003", "the order is malformed", "Report this with the request id: it is a fault of Gerbang's."),
    ("9008", "amt is not a whole number", "Report this with the request id: it is a fault of Gerbang's."),
    ("9022 9023", "cartData is wrong or does not add up to amt", "Report this with the request id: it is a fault of Gerbang's."),
    ("9029 9118", "the instalment plan is not offered", "Have full payment activated for this merchant id."),
    ("9031", "the date or time check failed", "Check this machine's clock."),
    ("9109 9207 9507", "referenceNo is too long", "Report this with the request id: it is a fault of Gerbang's."),
    ("9119 9120", "bad terminal or acquirer merchant id", "Ask NICEPAY: the card merchant id is not set up completely."),
    ("9130", "forbidden", "Ask NICEPAY what this merchant id may do."),
    ("9203", "there is no free virtual account number", "Ask NICEPAY for more numbers of this bank; another bank works meanwhile."),
    ("9205 9237", "the bank is not valid for this iMid", "Take the bank out of the connection's setting `banks`, or have it activated."),
    ("9503", "there is no free payment code", "Ask NICEPAY for more codes of this store; another store works meanwhile."),
    ("9505", "the store is not valid for this iMid", "Take the store out of the connection's setting `stores`, or have it activated."),
    ("9751", "the wallet's order is malformed, or the wallet is not active", "Check the payer's phone, and that NICEPAY activated this wallet."),
    ("9802", "the direct debit order is malformed", "Report this with the request id: it is a fault of Gerbang's."),
    ("9210 9211 9510 9511", "the expiry is not taken", "Check this machine's clock and the payment's expiry."),
    ("9226 9233", "the virtual account number cannot be given", "Ask NICEPAY about the number range of this bank."),
    ("9228 9528", "the transaction is not found", "Check that the connection still has the merchant id that registered it."),
    ("9301 9312 9321", "the cancel request is malformed", "Report this with the request id: it is a fault of Gerbang's."),
)  # fmt: skip


def _table() -> dict[str, Meaning]:
    rows = {"0000": Meaning(Verdict.DONE, text="success")}
    for codes, text in _UNCLEAR:
        rows |= dict.fromkeys(codes.split(), Meaning(Verdict.UNCLEAR, text=text))
    for codes, text in _TAKEN:
        rows |= dict.fromkeys(codes.split(), Meaning(Verdict.TAKEN, text=text))
    for codes, ours, text in _DECLINED:
        rows |= dict.fromkeys(codes.split(), Meaning(Verdict.DECLINED, ours, text))
    for codes, text, cure in _REFUSED:
        rows |= dict.fromkeys(codes.split(), Meaning(Verdict.REFUSED, text=text, cure=cure))
    for row in _FIELDS:
        name, code = row.split()
        cure = (
            "Set the public address of this server."
            if name == "dbProcessUrl"
            else "Give it, or set its default in the connection."
        )
        rows[code] = Meaning(Verdict.REFUSED, text=f"{name} is missing", cure=cure)
    return rows


MEANINGS: Final[Mapping[str, Meaning]] = _table()

# Cards follow the generation of the documents that the merchant id was set up with: "1" is a void or a failure.
CARD_STATUSES: Final[Mapping[str, Mapping[str, State]]] = {
    "current": {
        "0": State.PAID, "1": State.VOIDED, "2": State.REFUNDED, "8": State.FAILED, "9": State.UNPAID,
    },
    "2020": {
        "0": State.PAID, "1": State.FAILED, "2": State.REFUNDED, "9": State.UNPAID,
    },
}  # fmt: skip
# A wallet or a QR that is being paid (4), and a code that the clerk has looked up (5), are not paid yet. Direct debit has one status for
# a void and a refund, so it alone does not say that everything went back.
STATUSES: Final[Mapping[Method, Mapping[str, State]]] = {
    Method.VIRTUAL_ACCOUNT: {
        "0": State.PAID, "1": State.REVERSED, "3": State.UNPAID, "4": State.EXPIRED,
    },
    Method.CONVENIENCE_STORE: {
        "0": State.PAID, "3": State.UNPAID, "4": State.EXPIRED, "5": State.UNPAID,
    },
    Method.DIRECT_DEBIT: {
        "0": State.PAID, "1": State.REFUNDED, "3": State.UNPAID, "9": State.UNPAID,
    },
    Method.EWALLET: {
        "0": State.PAID, "1": State.VOIDED, "2": State.REFUNDED, "3": State.UNPAID, "4": State.UNPAID, "5": State.EXPIRED, "8": State.FAILED,
        "9": State.UNPAID,
    },
    Method.PAYLATER: {
        "0": State.PAID, "1": State.VOIDED, "2": State.REFUNDED, "3": State.UNPAID, "8": State.FAILED, "9": State.UNPAID,
    },
    Method.QRIS: {
        "0": State.PAID, "2": State.REFUNDED, "3": State.UNPAID, "4": State.UNPAID, "5": State.EXPIRED, "6": State.FAILED,
    },
}  # fmt: skip


def meaning(code: str) -> Meaning:
    """What a `resultCd` means; UNCLEAR for a code that we do not know."""
    return MEANINGS.get(code, _UNKNOWN)


def state(method: Method, status: str, card_status_table: str) -> State | None:
    """What an inquiry's `status` means for the method; None for a number that is in no table of ours."""
    if method is Method.CARD:
        return CARD_STATUSES[card_status_table].get(status)
    return STATUSES[method].get(status)
