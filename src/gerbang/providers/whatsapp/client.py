"""The Cloud API: one method per endpoint that we use. Input and output only.

Every method raises Unreachable or TurnedAway (nothing was done), OutcomeUnknown (no clear answer) and Refused (a clear no).
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, TurnedAway
from gerbang.ports.messenger import Refused, Why
from gerbang.providers.whatsapp import wire
from gerbang.providers.whatsapp.account import Endpoint
from gerbang.providers.whatsapp.codes import meaning_of

_taken: Final = msgspec.json.Decoder(wire.Taken)
_templates: Final = msgspec.json.Decoder(wire.TemplatePage)
_problem: Final = msgspec.json.Decoder(wire.Problem)
T = TypeVar("T", wire.Taken, wire.TemplatePage)


class NotTaken(Refused):
    """A clear no, with Meta's code."""

    def __init__(self, code: int, detail: str, why: Why, *, gone: bool) -> None:
        super().__init__(detail, why, gone=gone)
        self.error_code = code


class Client:
    """The two calls. Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def send(self, endpoint: Endpoint, message: Mapping[str, Any]) -> wire.Taken:
        """POST …/messages. It has no key against doing it twice."""
        body = msgspec.json.encode(message)
        return await self._call(endpoint, "POST", f"/{endpoint.phone_number_id}/messages", _taken, body)

    async def templates(self, endpoint: Endpoint) -> wire.TemplatePage:
        """GET the account's templates that are named like ours."""
        query = "?fields=name,language,status,category&limit=250&name=gerbang_"
        return await self._call(endpoint, "GET", f"/{endpoint.waba_id}/message_templates{query}", _templates)

    async def _call(
        self, endpoint: Endpoint, method: str, path: str, decoder: msgspec.json.Decoder[T], body: bytes = b""
    ) -> T:
        headers = {"authorization": f"Bearer {endpoint.token}", "accept": "application/json"}
        if body:
            headers["content-type"] = "application/json"
        answer = await self._http.send(
            method, endpoint.root + path, headers=headers, body=body, timeout_s=endpoint.timeout_s
        )
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OutcomeUnknown("WhatsApp answered success with something else than its JSON.") from error


def _refusal(answer: Answer) -> Exception:
    """What an error means: by Meta's code, never by the HTTP status. Its words are not kept, for they may repeat the number. Without a code nothing is known,
    and so it is with 1 and 2, which say only that something went wrong there.
    """
    try:
        code = _problem.decode(answer.body).error.code
    except (msgspec.DecodeError, UnicodeDecodeError):
        code = None
    if code is None or code in (1, 2):
        said = f"WhatsApp answered HTTP {answer.status}" + (f", {code}." if code else " without a code.")
        if 400 <= answer.status < 500 and code is None:
            return NotTaken(-1, said, Why.CONFIGURATION, gone=False)
        return OutcomeUnknown(said)
    meaning = meaning_of(code)
    said = f"WhatsApp answered {code}: {meaning.words}."
    if meaning.why in (Why.THROTTLE, Why.TRANSIENT):
        return TurnedAway(said, retry_after_s=meaning.wait_s)
    return NotTaken(code, said, meaning.why, gone=meaning.gone)
