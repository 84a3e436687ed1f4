"""Commerce: one method per endpoint that we use. Input and output only, no meaning.

Every method raises Unreachable (nothing happened), OutcomeUnknown (no clear answer) and ProviderRefused (a clear no).
"""

from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
import structlog

from gerbang.base.http import Answer, Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.providers.coinbase_commerce import wire
from gerbang.providers.coinbase_commerce.states import REFUSALS

log = structlog.get_logger(__name__)

VERSION: Final = "2018-03-22"
_encode: Final = msgspec.json.Encoder().encode
_one: Final = msgspec.json.Decoder(wire.OneCharge)
_many: Final = msgspec.json.Decoder(wire.Charges)
_refusal: Final = msgspec.json.Decoder(wire.Refusal)

T = TypeVar("T", wire.OneCharge, wire.Charges)


class WrongMoment(ProviderRefused):
    """The charge is not in a state that allows this (a cancel of a charge that is not new)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call and as whom: the base address without a slash at the end, and the seconds that one call may take."""

    base_url: str
    api_key: str = field(repr=False)
    timeout_s: float


class Client:
    """The four calls. Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def create(self, endpoint: Endpoint, charge: wire.NewCharge) -> wire.Charge:
        """POST /charges. It has no key against doing it twice."""
        return (await self._call(endpoint, "POST", "/charges", _one, _encode(charge))).data

    async def page(self, endpoint: Endpoint, after: str, limit: int) -> wire.Charges:
        """GET /charges, newest first, from behind the charge `after` on (empty: from the newest)."""
        cursor = f"&starting_after={_name(after)}" if after else ""
        return await self._call(endpoint, "GET", f"/charges?order=desc&limit={limit}{cursor}", _many)

    async def get(self, endpoint: Endpoint, name: str) -> wire.Charge:
        """GET /charges/{id or code}."""
        return (await self._call(endpoint, "GET", f"/charges/{_name(name)}", _one)).data

    async def cancel(self, endpoint: Endpoint, name: str) -> wire.Charge:
        """POST /charges/{id or code}/cancel; raises WrongMoment unless the charge is new. Legacy only."""
        return (await self._call(endpoint, "POST", f"/charges/{_name(name)}/cancel", _one)).data

    async def _call(
        self, endpoint: Endpoint, method: str, path: str, decoder: msgspec.json.Decoder[T], body: bytes = b""
    ) -> T:
        headers = {
            "x-cc-api-key": endpoint.api_key,
            "x-cc-version": VERSION,
            "content-type": "application/json",
            "accept": "application/json",
        }
        answer = await self._http.send(
            method, endpoint.base_url + path, headers=headers, body=body, timeout_s=endpoint.timeout_s
        )
        found = _clear(answer, decoder)
        for warning in found.warnings or ():
            log.warning("coinbase_commerce.warned", warning=warning[:200])
        return found


def _clear(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    if 200 <= answer.status < 300:
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OutcomeUnknown("Coinbase Commerce answered success with something else than its JSON.") from error
    kind, message = _problem(answer)
    if answer.status == 429:
        raise Unreachable("Coinbase Commerce asks to slow down (429); nothing was done.")
    if answer.status == 410 or (answer.status == 404 and not kind):
        raise ProviderRefused(
            f"Coinbase Commerce answers HTTP {answer.status}: the service is closed.",
            hint="Disable this connection, and connect Coinbase Business Checkouts.",
        )
    if kind == "invalid_request":
        raise WrongMoment(f"Coinbase Commerce refused: {message or kind}.", hint=REFUSALS[kind])
    if kind in REFUSALS:
        raise ProviderRefused(f"Coinbase Commerce refused: {message or kind}.", hint=REFUSALS[kind])
    if answer.status in {401, 403}:
        raise ProviderRefused(
            f"Coinbase Commerce answered HTTP {answer.status}.", hint=REFUSALS["authentication_error"]
        )
    raise OutcomeUnknown(f"Coinbase Commerce answered HTTP {answer.status}.")


def _problem(answer: Answer) -> tuple[str, str]:
    """Type and message of an error's body; empty when it is none of theirs."""
    try:
        problem = _refusal.decode(answer.body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    message = "".join([char for char in wire.text(problem.message)[:200] if char.isprintable()])
    return wire.text(problem.type), message.rstrip(".")


def _name(name: str) -> str:
    """An id or code as part of an address; raises OutcomeUnknown for what cannot be one of theirs."""
    if not (0 < len(name) <= 64 and name.isascii() and name.replace("-", "").isalnum()):
        raise OutcomeUnknown("Coinbase Commerce cannot be asked about a charge whose id we never learnt.")
    return name
