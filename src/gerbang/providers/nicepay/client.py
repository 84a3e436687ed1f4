"""NICEPAY classic V2: one method per endpoint that we use, and the signature of requests. Input and output only, no meaning.

Every method raises Unreachable (nothing left), OutcomeUnknown (no clear answer, or a code that does not say what was kept) and
ProviderRefused (a clear no to the call itself). What it returns is a success or a clear refusal of this one order.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, ProviderRefused
from gerbang.providers.nicepay import codes, wire

_HEADERS: Final = {"content-type": "application/json", "accept": "application/json"}
_FORM_HEADERS: Final = {**_HEADERS, "content-type": "application/x-www-form-urlencoded"}
_SHOPEEPAY: Final = "ESHP"
_encode: Final = msgspec.json.Encoder().encode
_registered: Final = msgspec.json.Decoder(wire.Registered)
_inquired: Final = msgspec.json.Decoder(wire.Inquired)
_cancelled: Final = msgspec.json.Decoder(wire.Cancelled)

T = TypeVar("T", bound=wire.Result)


class TakenBefore(OutcomeUnknown):
    """NICEPAY has had this very request before (9009, 9315 …): an earlier try of ours arrived, and its answer is lost."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call: the base address without a slash at the end, and the seconds that one call may take."""

    base_url: str
    timeout_s: float


class Client:
    """The four calls. Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def register(self, endpoint: Endpoint, order: wire.Registration, *, as_form: bool = False) -> wire.Registered:
        """POST /direct/v2/registration: a number, a code, a QR, or an order to be paid at the payment step."""
        path = "/direct/v2/registration"
        if not as_form:
            return await self._call(endpoint, path, _encode(order), _registered)
        form = urlencode(msgspec.to_builtins(order)).encode()
        return await self._call(endpoint, path, form, _registered, _FORM_HEADERS)

    async def register_redirect(self, endpoint: Endpoint, order: wire.Registration) -> wire.Registered:
        """POST /redirect/v2/registration: a page of NICEPAY's where the payer pays."""
        return await self._call(endpoint, "/redirect/v2/registration", _encode(order), _registered)

    async def inquire(self, endpoint: Endpoint, question: wire.Inquiry) -> wire.Inquired:
        """POST /direct/v2/inquiry: what NICEPAY knows of a transaction."""
        return await self._call(endpoint, "/direct/v2/inquiry", _encode(question), _inquired)

    async def code_of(self, endpoint: Endpoint, question: wire.Inquiry) -> str:
        """The bare resultCd of an inquiry, whatever it means; raises OutcomeUnknown for an answer without one."""
        answer = await self._http.send(
            "POST",
            f"{endpoint.base_url}/direct/v2/inquiry",
            headers=_HEADERS,
            body=_encode(question),
            timeout_s=endpoint.timeout_s,
        )
        try:
            code = wire.text(_inquired.decode(answer.body).result_cd)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} with something else than its JSON.") from error
        if not (code.isascii() and code.isalnum()):
            raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} without a resultCd.")
        return code[:8]

    async def cancel(self, endpoint: Endpoint, order: wire.Cancel) -> wire.Cancelled:
        """POST /direct/v2/cancel: close an unpaid transaction, or give money of a paid one back."""
        return await self._call(endpoint, "/direct/v2/cancel", _encode(order), _cancelled)

    async def _call(
        self,
        endpoint: Endpoint,
        path: str,
        body: bytes,
        decoder: msgspec.json.Decoder[T],
        headers: Mapping[str, str] = _HEADERS,
    ) -> T:
        answer = await self._http.send(
            "POST", endpoint.base_url + path, headers=headers, body=body, timeout_s=endpoint.timeout_s
        )
        return _clear(answer, decoder)


def order_token(time_stamp: str, imid: str, reference_no: str, amt: str, key: bytes) -> str:
    """`merchantToken` of registrations and inquiries: SHA-256 over the plain concatenation, in lower-case hex."""
    return hashlib.sha256(f"{time_stamp}{imid}{reference_no}{amt}".encode() + key).hexdigest()


def cancel_token(time_stamp: str, imid: str, t_xid: str, amt: str, key: bytes) -> str:
    """`merchantToken` of a cancel: over the tXid instead of our reference; `amt` is the amount taken back."""
    return hashlib.sha256(f"{time_stamp}{imid}{t_xid}{amt}".encode() + key).hexdigest()


def payment_link(base_url: str, t_xid: str, order: wire.Registration) -> str:
    """Where the payer's browser asks for the payment of a registered order: GET /direct/v2/payment, signed by the same formula.

    ShopeePay wants to be told that a browser comes, which takes a page; a machine would get addresses as JSON.
    """
    query = {
        "timeStamp": order.time_stamp,
        "tXid": t_xid,
        "merchantToken": order.merchant_token,
        "callBackUrl": order.call_back_url,
        **({"returnJsonFormat": "0"} if order.mitra_cd == _SHOPEEPAY else {}),
    }
    return f"{base_url}/direct/v2/payment?{urlencode(query)}"


def cart_data(goods_nm: str, amt: str) -> str:
    """`cartData` of one item, as the text that stands inside the JSON body."""
    item = wire.CartItem(goods_name=goods_nm, goods_detail=goods_nm, goods_amt=amt)
    return _encode(wire.Cart(count="1", item=(item,))).decode()


def _clear(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        result = decoder.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} with something else than its JSON.") from error
    code = wire.text(result.result_cd)
    if not code:
        raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} without a resultCd.")
    meaning = codes.meaning(code)
    shown = code[:8] if code.isalnum() else "?"
    match meaning.verdict:
        case codes.Verdict.DECLINED:
            return result
        case codes.Verdict.DONE:
            if 200 <= answer.status < 300:
                return result
            raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} and success at once.")
        case codes.Verdict.REFUSED:
            raise ProviderRefused(f"NICEPAY {shown}: {meaning.text}.", hint=meaning.cure)
        case codes.Verdict.TAKEN:
            raise TakenBefore(f"NICEPAY {shown}: {meaning.text}.")
        case codes.Verdict.UNCLEAR:
            raise OutcomeUnknown(f"NICEPAY {shown}: {meaning.text}.")
