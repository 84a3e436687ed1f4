"""Lazada's gateway: one way to call it. Input and output only; what a field means is not known here.

A call raises Unreachable (it never left, or it was surely not carried out), OutcomeUnknown (no clear answer) and Refused (a clear no). Lazada answers with HTTP 200 whatever it
says; so the envelope decides: `code`, then `result.success`. Whether each unit of a batch went well is the third level, and is read by who asked for it.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import urlencode

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown
from gerbang.ports.marketplace import RateLimited, Refused, Why
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import Endpoint
from gerbang.providers.lazada.bans import Bans
from gerbang.providers.lazada.codes import Family, failure, is_of_parts
from gerbang.providers.lazada.signature import request_signature
from gerbang.providers.lazada.wire import Row

_TOO_MANY: Final = 429
_DONE: Final = "0"
_LIMIT_BYTES: Final = 16 * 1024 * 1024
Clock = Callable[[], float]


class Client:
    """The calls. Remembers which are banned for a moment; everything else is in the endpoint. `clock` is Unix time, `monotonic` seconds."""

    def __init__(self, http: Http, clock: Clock = time.time, monotonic: Clock = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._bans = Bans(monotonic)

    async def call(
        self,
        at: Endpoint,
        method: Literal["GET", "POST"],
        path: str,
        family: Family,
        parameters: Mapping[str, str],
        *,
        partial: bool = False,
    ) -> Row:
        """The whole envelope of a success. With `partial` an answer that says no is one too where it tells what became of each part of a batch."""
        held_s = self._bans.enter(at.app_key, at.token, path)
        if held_s:
            raise RateLimited("Lazada asked for a pause between calls of this kind.", retry_after_s=held_s)
        sent = signed(at, path, parameters, int(self._clock() * 1000))
        if method == "GET":
            answer = await self._http.send(
                "GET", f"{at.base_url}{path}?{urlencode(sent)}", timeout_s=at.timeout_s, limit_bytes=_LIMIT_BYTES
            )
        else:
            answer = await self._http.send(
                "POST",
                f"{at.base_url}{path}",
                headers={"content-type": "application/x-www-form-urlencoded;charset=utf-8"},
                body=urlencode(sent).encode(),
                timeout_s=at.timeout_s,
                limit_bytes=_LIMIT_BYTES,
            )
        try:
            return _success(answer, family, partial=partial)
        except RateLimited as error:
            self._bans.note(at.app_key, at.token, path, error.retry_after_s or 1)
            raise
        except Refused as error:
            raise (self._skewed(answer, error) if error.why is Why.CLOCK_SKEW else error) from None

    async def fetch(self, url: str, timeout_s: float) -> bytes:
        """A document behind a link that Lazada made."""
        answer = await self._http.send("GET", url, timeout_s=timeout_s, limit_bytes=_LIMIT_BYTES)
        if answer.status != 200:
            raise OutcomeUnknown(f"Lazada's link to the document answered HTTP {answer.status}.")
        return answer.body

    def _skewed(self, answer: Answer, error: Refused) -> Refused:
        """The same, with how far the clocks are apart, by the answer's own date."""
        try:
            told = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return error
        apart = round(self._clock() - (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())
        way = "ahead of" if apart > 0 else "behind"
        return Refused(
            f"{error.detail} This machine's clock is {abs(apart)} s {way} Lazada's.",
            error.why,
            error.said,
            hint=error.hint,
        )


def signed(at: Endpoint, path: str, parameters: Mapping[str, str], now_ms: int) -> dict[str, str]:
    """All parameters of a request as they are sent; those without a value are not."""
    system = {"app_key": at.app_key, "sign_method": "sha256", "timestamp": str(now_ms)}
    token = {"access_token": at.token} if at.token else {}
    sent = {**system, **token, **{name: value for name, value in parameters.items() if value}}
    return {**sent, "sign": request_signature(path, sent, at.secret)}


def _success(answer: Answer, family: Family, *, partial: bool) -> Row:
    if answer.status == _TOO_MANY:
        raise RateLimited("Lazada turned the call away: too many at once.", retry_after_s=1)
    try:
        envelope = wire.row(wire.decode(answer.body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OutcomeUnknown(f"Lazada answered HTTP {answer.status} with something else than its JSON.") from error
    code = wire.text(envelope, "code")
    if not code or (code == _DONE and answer.status >= 300):
        raise OutcomeUnknown(f"Lazada answered HTTP {answer.status} without a code.")
    if code != _DONE and not (partial and is_of_parts(code, family)):
        raise _failed(envelope, code, family, envelope)
    result = wire.row(envelope.get("result"))
    if "success" in result and not wire.flag(result, "success") and not (partial and wire.row(result.get("data"))):
        said = wire.text(result, "error_code", "errorCode") or wire.text(wire.row(result.get("error_code")), "code")
        raise _failed(result, said or "no success", family, envelope)
    return envelope


def _failed(told: Row, code: str, family: Family, envelope: Row) -> Exception:
    message = wire.text(told, "message", "error_msg", "errorMsg")
    return failure(wire.printable(code, 40), message, family, wire.printable(wire.text(envelope, "request_id"), 60))
