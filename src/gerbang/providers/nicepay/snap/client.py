"""NICEPAY's SNAP: one method per endpoint that we use, access tokens and signatures. Input and output only, no meaning.

Every method raises Unreachable (nothing was done: it never left, or we had no token to send it with), OutcomeUnknown (no clear answer) and
ProviderRefused (a clear no to the call itself). What it returns is a success or a clear refusal of this one order.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Answer, Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.providers.nicepay import timestamps
from gerbang.providers.nicepay.snap import account, codes, signing, wire
from gerbang.providers.nicepay.snap.tokens import Granted, Tokens
from gerbang.providers.nicepay.wire import text

TOKEN: Final = "/v1.0/access-token/b2b"  # noqa: S105  a path
_UNAUTHORIZED: Final = 401
_DEFAULT_TOKEN_S: Final = 300.0
_encode: Final = msgspec.json.Encoder().encode
_granted: Final = msgspec.json.Decoder(wire.TokenGranted)
_account: Final = msgspec.json.Decoder(wire.AccountAnswer)
_made: Final = msgspec.json.Decoder(wire.Made)
_status: Final = msgspec.json.Decoder(wire.Status)
_refunded: Final = msgspec.json.Decoder(wire.Refunded)

T = TypeVar("T", bound=wire.Result)


class TakenBefore(OutcomeUnknown):
    """NICEPAY has had this order or this very call before (409): an earlier try of ours arrived, and its answer is lost."""


class InProgress(OutcomeUnknown):
    """NICEPAY has taken it (202), and does it at its leisure."""


class NoSuchTransaction(ProviderRefused):
    """NICEPAY does not know the transaction that we named."""


class QuestionRefused(ProviderRefused):
    """NICEPAY found a field of the call missing or malformed."""


class Unauthorized(ProviderRefused):
    """Client, key or signature is wrong, so nothing was done."""


class TokenRefused(Unreachable):
    """The access token was not taken, so nothing was done."""


_ERRORS: Final[Mapping[codes.Verdict, type[UpstreamFailed]]] = {
    codes.Verdict.REFUSED: ProviderRefused,
    codes.Verdict.MALFORMED: QuestionRefused,
    codes.Verdict.UNAUTHORIZED: Unauthorized,
    codes.Verdict.TOKEN: TokenRefused,
    codes.Verdict.MISSING: NoSuchTransaction,
    codes.Verdict.TAKEN: TakenBefore,
    codes.Verdict.GOING: InProgress,
    codes.Verdict.UNCLEAR: OutcomeUnknown,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call and as whom: the base address without a slash at the end, the time by which it is signed, seconds that one call may take."""

    base_url: str
    connection: str
    client: account.Client
    channel_id: str
    now: datetime
    timeout_s: float

    @property
    def owner(self) -> bytes:
        """Whose access token it is: another key or address is another owner's."""
        who = f"{self.connection}\n{self.base_url}\n{self.client.id}\n".encode()
        return hashlib.sha256(who + self.client.private_key).digest()


class Client:
    """The calls. Keeps access tokens and a pool of connections, nothing else."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._tokens = Tokens()

    async def sign_in(self, at: Endpoint) -> None:
        """Fetch a new access token, only to see that NICEPAY gives one."""
        await self._fetch_token(at)

    async def create_account(self, at: Endpoint, order: wire.NewAccount) -> wire.AccountAnswer:
        """A virtual account number."""
        return await self._call(at, "POST", "/api/v1.0/transfer-va/create-va", _encode(order), _account)

    async def account_status(self, at: Endpoint, question: wire.AccountQuestion) -> wire.AccountAnswer:
        """What NICEPAY knows of a virtual account."""
        return await self._call(at, "POST", "/api/v1.0/transfer-va/status", _encode(question), _account)

    async def delete_account(self, at: Endpoint, order: wire.AccountEnd) -> wire.AccountAnswer:
        """Close an unpaid virtual account: a DELETE with a body."""
        return await self._call(at, "DELETE", "/api/v1.0/transfer-va/delete-va", _encode(order), _account)

    async def pay_wallet(self, at: Endpoint, order: wire.NewWallet) -> wire.Made:
        """A wallet's payment page, or a push to the payer's app."""
        return await self._call(at, "POST", "/api/v1.0/debit/payment-host-to-host", _encode(order), _made)

    async def wallet_status(self, at: Endpoint, question: wire.WalletQuestion) -> wire.Status:
        """What NICEPAY knows of a wallet's payment."""
        return await self._call(at, "POST", "/api/v1.0/debit/status", _encode(question), _status)

    async def refund_wallet(self, at: Endpoint, order: wire.WalletRefund) -> wire.Refunded:
        """Give a wallet's payment back."""
        return await self._call(at, "POST", "/api/v1.0/debit/refund", _encode(order), _refunded)

    async def make_qris(self, at: Endpoint, order: wire.NewQris) -> wire.Made:
        """A QR code to be scanned."""
        return await self._call(at, "POST", "/api/v1.0/qr/qr-mpm-generate", _encode(order), _made)

    async def qris_status(self, at: Endpoint, question: wire.QrisQuestion) -> wire.Status:
        """What NICEPAY knows of a QR code."""
        return await self._call(at, "POST", "/api/v1.0/qr/qr-mpm-query", _encode(question), _status)

    async def refund_qris(self, at: Endpoint, order: wire.QrisRefund) -> wire.Refunded:
        """Give the payment of a QR code back."""
        return await self._call(at, "POST", "/api/v1.0/qr/qr-mpm-refund", _encode(order), _refunded)

    async def _call(self, at: Endpoint, method: str, path: str, body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
        """A call with the token that we have, and once more with a new one when NICEPAY does not take it: nothing was done then.

        All of it together takes no longer than one call may.
        """
        ends = time.monotonic() + at.timeout_s
        token = await self._token(at, ends)
        try:
            return _clear(await self._send(at, method, path, body, token, ends), decoder)
        except (Unauthorized, TokenRefused):
            self._tokens.drop(at.owner, token)
        token = await self._token(at, ends)
        return _clear(await self._send(at, method, path, body, token, ends), decoder)

    async def _send(self, at: Endpoint, method: str, path: str, body: bytes, token: str, ends: float) -> Answer:
        stamp = timestamps.iso(at.now)
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": f"Bearer {token}",
            "x-timestamp": stamp,
            "x-signature": signing.sign_call(at.client.secret, method, path, token, body, stamp),
            "x-partner-id": at.client.id,
            "x-external-id": f"{timestamps.stamp(at.now)}{secrets.randbelow(10**18):018}",
            "channel-id": at.channel_id,
        }
        return await self._http.send(method, at.base_url + path, headers=headers, body=body, timeout_s=_left(ends))

    async def _token(self, at: Endpoint, ends: float) -> str:
        try:
            async with asyncio.timeout(_left(ends)):
                return await self._tokens.get(at.owner, lambda: self._fetch_token(at))
        except TimeoutError as error:
            raise Unreachable("NICEPAY gave no access token in time.") from error

    async def _fetch_token(self, at: Endpoint) -> Granted:
        """A new token. Whatever is lost here, the call that wants it has not left: so a lost answer is Unreachable."""
        stamp = timestamps.iso(at.now)
        try:
            signature = signing.sign_for_token(at.client.private_key, at.client.id, stamp)
        except signing.BadKey as bad:
            raise ProviderRefused(f"snap_private_key is {bad}.", hint="Put in the PEM as openssl wrote it.") from bad
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "x-timestamp": stamp,
            "x-client-key": at.client.id,
            "x-signature": signature,
        }
        try:
            answer = await self._http.send(
                "POST", at.base_url + TOKEN, headers=headers, body=_encode(wire.TokenWish()), timeout_s=at.timeout_s
            )
            said = _clear(answer, _granted)
        except OutcomeUnknown as error:
            raise Unreachable(f"NICEPAY gave no access token: {error.detail}") from error
        value, seconds = text(said.access_token), text(said.expires_in)
        if not value or not (value.isascii() and value.isprintable()):
            raise Unreachable("NICEPAY gave no access token that can be sent.")
        return Granted(value, float(seconds) if seconds.isascii() and seconds.isdigit() else _DEFAULT_TOKEN_S)


def _left(ends: float) -> float:
    """Seconds until a moment of the monotonic clock; raises Unreachable when it is over, since nothing has left then."""
    left = ends - time.monotonic()
    if left <= 0:
        raise Unreachable("There was no time left to call NICEPAY.")
    return left


def _clear(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        result = decoder.decode(answer.body)
        code = text(result.response_code)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _codeless(answer) from error
    if not code:
        raise _codeless(answer)
    meaning = codes.meaning(code)
    if meaning.verdict is codes.Verdict.DECLINED:
        return result
    if meaning.verdict is codes.Verdict.DONE:
        if 200 <= answer.status < 300:
            return result
        raise OutcomeUnknown(f"NICEPAY answered HTTP {answer.status} and success at once.")
    shown = code[:8] if code.isalnum() else "?"
    raise _ERRORS[meaning.verdict](f"NICEPAY {shown}, {meaning.text}: {words(result)}", hint=meaning.cure)


def _codeless(answer: Answer) -> OutcomeUnknown | TokenRefused:
    said = f"NICEPAY answered HTTP {answer.status} without a responseCode."
    return TokenRefused(said) if answer.status == _UNAUTHORIZED else OutcomeUnknown(said)


def words(result: wire.Result) -> str:
    """Their message, as far as it can be shown."""
    return "".join([char for char in text(result.response_message)[:200] if char.isprintable()])
