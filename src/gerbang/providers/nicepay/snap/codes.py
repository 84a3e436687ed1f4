"""SNAP's response codes and transaction statuses, and what each means to us: tables and nothing else. Pure.

A responseCode is an HTTP status, two digits of the service and two of the case: 4012701 is 401, create VA, 01. The service is not looked at:
their pages differ in it. Sources: NICEPAY's "General Response Code and Message - API SNAP"; what is the standard's alone is marked so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gerbang.ports.payment import Method


class Verdict(StrEnum):
    """What an answer with this code lets us do.

    DECLINED: this order was clearly refused. REFUSED: the call itself was, somebody must mend something. MALFORMED: for one field of it.
    UNAUTHORIZED, TOKEN: who calls, or
    the access token, was not taken, and nothing was done. MISSING: no such transaction. TAKEN: an earlier try of ours arrived. GOING: this one
    did, and is not done yet. UNCLEAR: we do not know.
    """

    DONE = "done"
    DECLINED = "declined"
    REFUSED = "refused"
    MALFORMED = "malformed"
    UNAUTHORIZED = "unauthorized"
    TOKEN = "token"  # noqa: S105  a verdict, no secret
    MISSING = "missing"
    TAKEN = "taken"
    GOING = "going"
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
    OPEN = "open"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    ENDED = "ended"
    FAILED = "failed"
    MISSING = "missing"


_FAULT: Final = "Report this with the request id: it is a fault of Gerbang's."
_KEYS: Final = "Check snap_client_id, snap_client_secret and snap_private_key, that NICEPAY has the public half of the key, and this machine's clock."

MEANINGS: Final[Mapping[str, Meaning]] = {
    "20000": Meaning(Verdict.DONE, text="done"),
    "40000": Meaning(Verdict.REFUSED, text="the request is malformed", cure=_FAULT),  # the standard's
    "40001": Meaning(Verdict.MALFORMED, text="a field is malformed", cure=_FAULT),
    "40002": Meaning(Verdict.MALFORMED, text="a field is missing", cure="Give it, or set its default in the connection."),
    "40100": Meaning(Verdict.UNAUTHORIZED, text="client, key or signature is wrong", cure=_KEYS),
    "40101": Meaning(Verdict.TOKEN, text="the access token is not valid any more"),
    "40301": Meaning(Verdict.REFUSED, text="the feature is off for this client id", cure="NICEPAY gives a client id per method: set it for this method, or have the method activated."),
    "40302": Meaning(Verdict.DECLINED, "limit_exceeded", "above the limit of amount"),
    "40305": Meaning(Verdict.DECLINED, "payment_declined", "the payer's side did not honour it"),
    "40314": Meaning(Verdict.DECLINED, "insufficient_funds", "not enough money"),
    "40315": Meaning(Verdict.DECLINED, "not_permitted", "this is not permitted for the transaction"),
    "40318": Meaning(Verdict.DECLINED, "account_inactive", "the account is inactive"),
    "40321": Meaning(Verdict.DECLINED, "limit_exceeded", "the limit may not be set so"),
    "40323": Meaning(Verdict.DECLINED, "limit_exceeded", "the account's limit is reached"),
    "40401": Meaning(Verdict.MISSING, text="there is no such transaction", cure="Check that the connection still has the client id that made it."),  # the standard's
    "40411": Meaning(Verdict.DECLINED, "account_invalid", "the account is invalid"),
    "40413": Meaning(Verdict.DECLINED, "already_paid", "the bill is paid already"),
    "40418": Meaning(Verdict.DECLINED, "account_inactive", "the account is inactive"),
    "40419": Meaning(Verdict.DECLINED, "account_invalid", "the virtual account is invalid"),
    "40900": Meaning(Verdict.TAKEN, text="this very call came before"),  # the standard's: X-EXTERNAL-ID, of which we use none twice
    "40901": Meaning(Verdict.TAKEN, text="our reference was used before"),
    "50000": Meaning(Verdict.UNCLEAR, text="trouble inside NICEPAY"),
    "50400": Meaning(Verdict.UNCLEAR, text="NICEPAY waited for somebody too long"),
}  # fmt: skip
_UNKNOWN: Final = Meaning(Verdict.UNCLEAR, text="a code that is not in our table")
_IN_PROGRESS: Final = Meaning(Verdict.GOING, text="it was taken and is not done yet")  # the standard's

# Of a virtual account 04 is "refunded" in one generation of the documents and "cancelled or expired" in the other, which also have 05 and 01.
# None of these can be paid any more, and their own words say which it is.
_ACCOUNT: Final = {
    "00": State.PAID, "01": State.REVERSED, "03": State.OPEN, "04": State.ENDED, "05": State.ENDED, "06": State.FAILED,
}  # fmt: skip
_TABLES: Final[Mapping[Method, Mapping[str, State]]] = {
    Method.VIRTUAL_ACCOUNT: _ACCOUNT,
    Method.QRIS: {
        "00": State.PAID, "03": State.OPEN, "04": State.REFUNDED, "05": State.ENDED, "06": State.FAILED, "07": State.MISSING,
    },
    Method.EWALLET: {
        "00": State.PAID, "01": State.OPEN, "03": State.OPEN, "04": State.REFUNDED, "05": State.ENDED, "06": State.FAILED,
        "07": State.MISSING,
    },
}  # fmt: skip


def meaning(code: str) -> Meaning:
    """What a `responseCode` means; UNCLEAR for one that we do not know."""
    if len(code) != 7 or not (code.isascii() and code.isdigit()):
        return _UNKNOWN
    if code.startswith("202"):
        return _IN_PROGRESS
    return MEANINGS.get(code[:3] + code[5:], _UNKNOWN)


def state(method: Method, status: str, words: str) -> State | None:
    """What a `latestTransactionStatus` means; `words` decide where the tables contradict each other. None: it is in no table."""
    found = _TABLES[method].get(status)
    if method is not Method.VIRTUAL_ACCOUNT or found in {None, State.PAID, State.OPEN, State.FAILED}:
        return found
    said = words.lower()
    if "refund" in said:
        return State.REFUNDED
    return State.REVERSED if "revers" in said else State.ENDED if "expire" in said or "cancel" in said else found
