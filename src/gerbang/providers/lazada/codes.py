"""Lazada's codes and what each means to us: tables and nothing else. Pure.

Sources: §3.1, 5.1, 6.2, 7 and 8.3 of our notes of the Open Platform's reference. A code that is not here is UNCLEAR: neither a success nor a no. The same number means other things at other calls, so a
table of a family of calls goes before the common one.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown
from gerbang.ports.marketplace import RateLimited, Refused, SwitchedOff, TooMuchData, Why

_SWITCHED_OFF_S: Final = 300
_BAN: Final = re.compile(r"will last (\d{1,6}) second")
_LONGEST_BAN_S: Final = 3_600


class Family(StrEnum):
    """Which calls share the meaning of their numbers."""

    TOKENS = "tokens"
    ORDERS = "orders"
    PARCELS = "parcels"
    CLAIMS = "claims"
    PRODUCTS = "products"
    FINANCE = "finance"


class Verdict(StrEnum):
    """REFUSED: a clear no. LIMITED, OFF, LOCKED: surely not carried out, later it may be. TOO_MUCH: it gave up. UNCLEAR: nothing is known."""

    REFUSED = "refused"
    LIMITED = "limited"
    OFF = "off"
    LOCKED = "locked"
    TOO_MUCH = "too_much"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`why` where it is a clear no, `words` a paraphrase of theirs, `cure` what an operator can do."""

    verdict: Verdict
    words: str
    why: Why = Why.BAD_REQUEST
    cure: str = ""


_UNKNOWN: Final = Meaning(Verdict.UNCLEAR, "a code that is not in our table")
_REPORT: Final = "Report this with the request id: it is a fault of Gerbang's."
_CLOCK: Final = "Set this machine's clock (timedatectl set-ntp true): Lazada takes at most two hours of difference."


def _no(why: Why, words: str, cure: str = "") -> Meaning:
    return Meaning(Verdict.REFUSED, words, why, cure)


_COMMON: Final = {
    "MissingParameter": _no(Why.BAD_REQUEST, "a parameter is missing", _REPORT),
    "InvalidParameter": _no(Why.BAD_REQUEST, "a parameter is not taken", _REPORT),
    "InvalidApiPath": _no(Why.BAD_REQUEST, "there is no such call", _REPORT),
    "UnsupportedMethod": _no(Why.BAD_REQUEST, "the call takes another method", _REPORT),
    "IncompleteSignature": _no(Why.BAD_KEY, "the signature is wrong", "Check that app_key and app_secret belong together."),
    "InvalidAppKey": _no(Why.BAD_KEY, "the app key is unknown", "Check app_key in Lazada's Open Platform console."),
    "IllegalTimestamp": _no(Why.CLOCK_SKEW, "the time of the request is too far off", _CLOCK),
    "InvalidTimestamp": _no(Why.CLOCK_SKEW, "the time of the request is too far off", _CLOCK),
    "IllegalAccessToken": _no(Why.TOKEN_EXPIRED, "the access token is invalid or expired", ""),
    "IllegalRefreshToken": _no(Why.AUTHORISE_AGAIN, "the refresh token is invalid or expired", "Connect the shop again from its app's page."),
    "InvalidCode": _no(Why.CODE_USED, "the authorisation's code is wrong, was used, or is older than 30 minutes", "Connect the shop once more."),
    "AUTH_TYPE_UNSUPPORTED": _no(Why.AUTHORISE_AGAIN, "tokens of this app cannot be refreshed", "Connect the shop again from its app's page."),
    "SellerNotVerified": _no(Why.SELLER_INACTIVE, "the seller is not verified", "Finish the verification in Lazada's Seller Center."),
    "SellerNotActive": _no(Why.SELLER_INACTIVE, "the seller is not active", "Open the shop in Lazada's Seller Center."),
    "InsufficientPermission": _no(Why.NOT_PERMITTED, "the app has no permission for this call", "Ask for the API group in Lazada's Open Platform console."),
    "E0501": _no(Why.NOT_PERMITTED, "the seller may not do this", "Ask for the API group in Lazada's Open Platform console."),
    "Mp3SellerApiLimit": _no(Why.NOT_PERMITTED, "the call is not for sellers in Marketplace Ease Mode"),
    "ApiCallLimit": Meaning(Verdict.LIMITED, "too many calls of this kind"),
    "AppCallLimit": Meaning(Verdict.LIMITED, "the app has used up its calls of today"),
    "901": Meaning(Verdict.LIMITED, "too many calls at once"),
    "998": Meaning(Verdict.OFF, "Lazada has switched this call off, as it does during its campaigns"),
    "ServiceTimeout": Meaning(Verdict.TOO_MUCH, "too much was asked at once"),
    "HttpConnectError": Meaning(Verdict.UNCLEAR, "Lazada did not reach its own service"),
    "1000": Meaning(Verdict.UNCLEAR, "an error inside Lazada"),
    "6": Meaning(Verdict.UNCLEAR, "an error inside Lazada"),
}  # fmt: skip

_ORDERS: Final = {
    "14": _no(Why.BAD_REQUEST, "the offset is not taken", _REPORT),
    "16": _no(Why.NOT_FOUND, "there is no such order in this shop"),
    "17": _no(Why.BAD_REQUEST, "a time is not taken", _REPORT),
    "19": _no(Why.BAD_REQUEST, "the limit is not taken", _REPORT),
    "20": _no(Why.NOT_FOUND, "there is no such unit"),
    "30012": Meaning(Verdict.UNCLEAR, "the document could not be made"),
    "32": _no(Why.BAD_REQUEST, "the kind of document is not known", _REPORT),
    "34": _no(Why.NOT_ALLOWED_NOW, "the unit must be packed first"),
    "35": Meaning(Verdict.UNCLEAR, "the document could not be made"),
    "36": _no(Why.BAD_REQUEST, "the status is not taken", _REPORT),
    "37": _no(Why.NOT_FOUND, "one or more of the orders are not of this shop"),
    "38": Meaning(Verdict.TOO_MUCH, "too many orders were asked for"),
    "39": _no(Why.NOT_FOUND, "none of the orders is of this shop"),
    "50008": Meaning(Verdict.UNCLEAR, "the document could not be made"),
    "56": _no(Why.BAD_REQUEST, "the list of orders is not taken", _REPORT),
    "700040": _no(Why.NOT_ALLOWED_NOW, "there is no document in this status"),
    "74": _no(Why.BAD_REQUEST, "the direction of sorting is not taken", _REPORT),
    "75": _no(Why.BAD_REQUEST, "the order of sorting is not taken", _REPORT),
}

_PARCELS: Final = {
    **_ORDERS,
    "40011": Meaning(Verdict.UNCLEAR, "Lazada is busy"),
    "1003": _no(Why.NOT_ALLOWED_NOW, "no carrier could be allocated", "Ask Lazada's support: the address or the parcel fits no carrier."),
    "600001": _no(Why.NOT_FOUND, "there is no such parcel"),
    "600002": _no(Why.NOT_ALLOWED_NOW, "the parcel was cancelled"),
    "700000": _no(Why.NOT_ALLOWED_NOW, "the parcel's status forbids it"),
    "700001": _no(Why.BAD_REQUEST, "the carrier is not known", "Choose one of the carriers that Lazada offers for this order."),
    "700004": _no(Why.BAD_REQUEST, "a parameter is not taken", _REPORT),
    "700009": _no(Why.NOT_ALLOWED_NOW, "the seller does not deliver this order"),
    "700013": _no(Why.NOT_ALLOWED_NOW, "this cannot be done with this order"),
    "700016": _no(Why.NOT_ALLOWED_NOW, "the seller has no carrier of its own", "Set one up in Lazada's Seller Center."),
    "700017": _no(Why.BAD_REQUEST, "a parameter is empty", _REPORT),
    "700018": _no(Why.BAD_REQUEST, "a list is too long", _REPORT),
    "700019": _no(Why.BAD_REQUEST, "a number is too small", _REPORT),
    "700020": _no(Why.NOT_ALLOWED_NOW, "the unit is not digital"),
    "700021": _no(Why.NOT_FOUND, "there is no such order in this shop"),
    "700022": _no(Why.BAD_REQUEST, "too many at once", _REPORT),
    "700023": _no(Why.NOT_ALLOWED_NOW, "the buyer fetches this order at the store"),
    "700024": Meaning(Verdict.LOCKED, "somebody else is changing the order"),
    "700025": _no(Why.NOT_FOUND, "there is no such unit"),
    "700026": _no(Why.NOT_ALLOWED_NOW, "the unit's status forbids packing: it is packed already, or no longer to be packed"),
    "700027": _no(Why.NOT_ALLOWED_NOW, "Lazada fulfils this unit"),
    "700028": _no(Why.NOT_ALLOWED_NOW, "the buyer fetches this order at the store"),
    "700029": _no(Why.NOT_ALLOWED_NOW, "the units lie in different warehouses", "Pack those of each warehouse apart."),
    "700030": _no(Why.NOT_ALLOWED_NOW, "a digital unit or a service: there is nothing to pack"),
    "700031": _no(Why.NOT_ALLOWED_NOW, "the order is not ready to be fulfilled yet"),
    "700032": _no(Why.SELLER_INACTIVE, "the seller is not known"),
    "700033": _no(Why.BAD_REQUEST, "the warehouse has no carrier", "Set one up in Lazada's Seller Center."),
}  # fmt: skip

_CLAIMS: Final = {
    "102": _no(Why.BAD_REQUEST, "the units are not taken", _REPORT),
    "104": _no(Why.BAD_REQUEST, "the reason is not one of this order's", "Ask for the reasons again, and choose one."),
    "105": _no(Why.NOT_ALLOWED_NOW, "the claim cannot be decided so"),
    "106": Meaning(Verdict.UNCLEAR, "an error inside Lazada, or no such claim"),
    "108": _no(Why.BAD_REQUEST, "a reason is needed", "Choose a reason."),
    "109": _no(Why.BAD_REQUEST, "a comment is needed", "Write a comment."),
    "110": _no(Why.BAD_REQUEST, "pictures are needed", "Add a picture of what came back."),
    "111": _no(Why.BAD_REQUEST, "one unit at a time is refused", "Refuse the units one by one."),
    "115": _no(Why.NOT_FOUND, "there is no such order in this shop"),
    "116": _no(Why.SELLER_INACTIVE, "the seller is not known"),
    "117": _no(Why.SELLER_INACTIVE, "the seller is not known"),
    "118": _no(Why.SELLER_INACTIVE, "the seller is not known"),
    "122": _no(Why.NOT_ALLOWED_NOW, "the order cannot be cancelled"),
    "123": _no(Why.NOT_ALLOWED_NOW, "these units cannot be cancelled"),
    "124": _no(Why.NOT_FOUND, "the units are another seller's"),
    "131": _no(Why.NOT_ALLOWED_NOW, "there is nothing to decide, or it was decided"),
}

_PRODUCTS: Final = {
    "5": _no(Why.BAD_REQUEST, "the form of the request is not taken", _REPORT),
    "14": _no(Why.BAD_REQUEST, "the offset is not taken", _REPORT),
    "17": _no(Why.BAD_REQUEST, "a time is not taken", _REPORT),
    "19": _no(Why.BAD_REQUEST, "the limit is not taken", _REPORT),
    "30": _no(Why.BAD_REQUEST, "the request came without its body", _REPORT),
    "36": _no(Why.BAD_REQUEST, "the filter is not taken", _REPORT),
    "70": _no(Why.BAD_REQUEST, "the list of SKUs is not taken", _REPORT),
    "200": _no(Why.NOT_FOUND, "there is no such product"),
    "204": Meaning(Verdict.TOO_MUCH, "too many SKUs at once"),
    "207": _no(Why.NOT_FOUND, "there is no such product"),
    "208": _no(Why.NOT_FOUND, "there is no such product"),
    "212": _no(Why.NOT_ALLOWED_NOW, "the stock would fall below zero"),
    "500": _no(Why.BAD_REQUEST, "the product was not made"),
    "501": Meaning(Verdict.UNCLEAR, "some SKUs were not changed"),
    "506": Meaning(Verdict.UNCLEAR, "the products could not be read"),
    "513": Meaning(Verdict.TOO_MUCH, "an error inside Lazada, which smaller batches avoid"),
    "4104": _no(Why.BAD_REQUEST, "the price has too many decimals"),
    "4118": _no(Why.BAD_REQUEST, "the price is zero"),
    "4119": _no(Why.NOT_ALLOWED_NOW, "the special price is out of its range"),
    "4147": Meaning(Verdict.LOCKED, "somebody else is changing the product"),
    "4170": _no(Why.NOT_ALLOWED_NOW, "a campaign holds this stock: it may not be lowered"),
    "4171": Meaning(Verdict.TOO_MUCH, "too many SKUs at once"),
    "4193": _no(Why.BAD_REQUEST, "the seller's SKU names nothing any more", _REPORT),
    "4225": _no(Why.NOT_ALLOWED_NOW, "a semi-managed item takes its stock another way"),
    "EDIT_ITEM_NOT_BELONG_SELLER": _no(Why.NOT_FOUND, "the product is another seller's"),
}

_FINANCE: Final = {
    "1000012": _no(Why.BAD_REQUEST, "the days are more than 180 apart", _REPORT),
    "1000014": _no(Why.BAD_REQUEST, "a parameter is not taken", _REPORT),
}

_OF_FAMILY: Final = {
    Family.TOKENS: {},
    Family.ORDERS: _ORDERS,
    Family.PARCELS: _PARCELS,
    Family.CLAIMS: _CLAIMS,
    Family.PRODUCTS: _PRODUCTS,
    Family.FINANCE: _FINANCE,
}


def meaning_of(code: str, family: Family) -> Meaning:
    """What a code says at a call of this family. `E030` is 30."""
    bare = code[1:].lstrip("0") if code[:1] == "E" and code[1:].isdecimal() and code not in _COMMON else code
    return _OF_FAMILY[family].get(bare) or _COMMON.get(bare) or _UNKNOWN


def is_of_parts(code: str, family: Family) -> bool:
    """Whether a code may be about some SKUs of a batch only, so that others were changed."""
    return family is Family.PRODUCTS and code in _PRODUCTS and meaning_of(code, family).verdict is not Verdict.TOO_MUCH


def may_retry(code: str, family: Family) -> bool:
    """Whether the same may be asked again, once it was looked up."""
    return meaning_of(code, family).verdict is not Verdict.REFUSED


def failure(code: str, message: str, family: Family, request_id: str) -> UpstreamFailed:
    """The error for a code that is no success, with Lazada's request id; never with its own words, which may name a person."""
    meaning = meaning_of(code, family)
    said = f"Lazada answered {code[:40]}: {meaning.words}." + (
        f" Its request id is {request_id}." if request_id else ""
    )
    match meaning.verdict:
        case Verdict.REFUSED:
            return Refused(said, meaning.why, code[:40], hint=meaning.cure or None)
        case Verdict.LIMITED:
            return RateLimited(said, retry_after_s=ban_s(message))
        case Verdict.LOCKED:
            return RateLimited(said, retry_after_s=1)
        case Verdict.OFF:
            return SwitchedOff(said, retry_after_s=_SWITCHED_OFF_S)
        case Verdict.TOO_MUCH:
            return TooMuchData(said)
        case Verdict.UNCLEAR:
            return OutcomeUnknown(said)


def ban_s(message: str) -> int:
    """For how long calls are not taken, as the message says; at least a second."""
    told = _BAN.search(message)
    return min(max(1, int(told[1])), _LONGEST_BAN_S) if told else 1
