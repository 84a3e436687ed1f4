"""Twilio: one method per endpoint that we use. Input and output only.

Every method raises Unreachable or TurnedAway (nothing was done), OutcomeUnknown (no clear answer) and Refused (a clear no).
"""

import base64
from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, TurnedAway
from gerbang.ports.messenger import Refused, Why
from gerbang.providers.twilio import wire
from gerbang.providers.twilio.account import Endpoint
from gerbang.providers.twilio.codes import CODES, UNKNOWN

_MOST_PAGES: Final = 5
_PAGE_SIZE: Final = 100
_RETRY_S: Final = 5
_message: Final = msgspec.json.Decoder(wire.Message)
_page: Final = msgspec.json.Decoder(wire.Page)
_account: Final = msgspec.json.Decoder(wire.AccountInfo)
_problem: Final = msgspec.json.Decoder(wire.Problem)
T = TypeVar("T", wire.Message, wire.Page, wire.AccountInfo)


class Client:
    """The four calls. Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def create(self, endpoint: Endpoint, fields: Sequence[tuple[str, str]]) -> wire.Message:
        """POST …/Messages.json. It has no key against doing it twice."""
        return await self._call(
            endpoint, "POST", _path(endpoint, "/Messages.json"), _message, urlencode(fields).encode()
        )

    async def messages_to(self, endpoint: Endpoint, to: str) -> Sequence[wire.Message]:
        """GET …/Messages.json: what was sent to a number, newest first, at most five pages."""
        path, found = (
            _path(endpoint, f"/Messages.json?To={quote(to, safe='')}&PageSize={_PAGE_SIZE}"),
            list[wire.Message](),
        )
        for _ in range(_MOST_PAGES):
            page = await self._call(endpoint, "GET", path, _page)
            found += page.messages
            if not page.next_page_uri:
                break
            path = _same_host(page.next_page_uri)
        return found

    async def message(self, endpoint: Endpoint, sid: str) -> wire.Message:
        """GET …/Messages/{sid}.json: how far one message is."""
        return await self._call(endpoint, "GET", _path(endpoint, f"/Messages/{quote(sid, safe='')}.json"), _message)

    async def account(self, endpoint: Endpoint) -> wire.AccountInfo:
        """GET the account itself."""
        return await self._call(endpoint, "GET", _path(endpoint, ".json"), _account)

    async def _call(
        self, endpoint: Endpoint, method: str, path: str, decoder: msgspec.json.Decoder[T], body: bytes = b""
    ) -> T:
        login = base64.b64encode(f"{endpoint.user}:{endpoint.password}".encode()).decode()
        headers = {"authorization": f"Basic {login}", "accept": "application/json"}
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        answer = await self._http.send(
            method, endpoint.base_url + path, headers=headers, body=body, timeout_s=endpoint.timeout_s
        )
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OutcomeUnknown("Twilio answered success with something else than its JSON.") from error


def _path(endpoint: Endpoint, rest: str) -> str:
    return f"/2010-04-01/Accounts/{quote(endpoint.account_sid, safe='')}{rest}"


def _same_host(uri: str) -> str:
    """The next page's path and query alone: it is asked where the first one was."""
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}"


def _refusal(answer: Answer) -> Exception:
    """What a status other than success means: its words are not kept, for they like to repeat the number."""
    try:
        code = _problem.decode(answer.body).code or 0
    except (msgspec.DecodeError, UnicodeDecodeError):
        code = 0
    meaning = CODES.get(code, UNKNOWN)
    said = f"Twilio answered HTTP {answer.status}" + (f", {code}: {meaning.words}." if code else ".")
    if answer.status == 429 or meaning.why is Why.THROTTLE:
        return TurnedAway(said, retry_after_s=_RETRY_S)
    if answer.status >= 500:
        return OutcomeUnknown(said)
    if answer.status in (401, 403) and code not in CODES:
        return Refused(said, Why.CONFIGURATION)
    if meaning.why is Why.TRANSIENT:
        return TurnedAway(said, retry_after_s=_RETRY_S)
    return Refused(said, meaning.why, gone=meaning.gone)
