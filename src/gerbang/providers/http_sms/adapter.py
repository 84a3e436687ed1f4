"""A text by the description of a gateway. It has no key against doubles and no list to look into: what may have been taken is sent again once."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, TurnedAway
from gerbang.base.text_segments import segments
from gerbang.ports.messenger import Abilities, Channel, Message, Progress, Refused, Sent, TextMessage, Why
from gerbang.ports.payment import Account
from gerbang.providers.http_sms import description

_RETRY_S: Final = 5
_BY_STATUS: Final = {401: Why.CONFIGURATION, 402: Why.BALANCE, 403: Why.CONFIGURATION, 404: Why.CONFIGURATION}


class HttpSmsMessenger:
    """Implements ports.messenger.Messenger."""

    channel: Final = Channel.SMS
    abilities: Final = Abilities()

    def __init__(self, http: Http) -> None:
        self._http = http

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one text over. Raises Refused, TurnedAway, Unreachable, OutcomeUnknown."""
        assert isinstance(message, TextMessage), f"no text: {type(message).__name__}"
        settings, values = account.settings, description.values_of(account, message)
        url, form = settings["url"], settings.get("format") or "form"
        headers = {"accept": "application/json"} | description.headers(settings.get("headers", ""), values)
        body = b""
        if form == "json":
            body = description.json_body(settings["fields"], values)
            headers["content-type"] = "application/json"
        elif form == "form":
            body = urlencode(description.fields(settings["fields"], values)).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        else:
            url += ("&" if "?" in url else "?") + urlencode(description.fields(settings["fields"], values))
        answer = await self._http.send(
            settings.get("method") or "POST",
            url,
            headers=headers,
            body=body,
            timeout_s=float(settings.get("timeout_s") or "15"),
        )
        return Sent(_taken(answer, settings), Progress.ACCEPTED, segments(message.text).parts)


def _taken(answer: Answer, settings: Mapping[str, str]) -> str:
    """The gateway's id of a text that it took; raises what its answer means otherwise."""
    if answer.status == 429:
        raise TurnedAway("The gateway asks to slow down (429).", retry_after_s=_RETRY_S)
    if answer.status >= 500:
        raise OutcomeUnknown(f"The gateway answered HTTP {answer.status}.")
    if not description.is_good_status(answer.status, settings.get("success_status", "")):
        raise Refused(f"The gateway answered HTTP {answer.status}.", _BY_STATUS.get(answer.status, Why.PERMANENT))
    if pattern := settings.get("success_match", ""):
        if not re.search(pattern, answer.body.decode("utf-8", "replace")):
            raise Refused("The gateway's answer does not say that it took the text.")
        return ""
    pointer = settings.get("success_at", "")
    if not pointer:
        return _id(_decoded(answer), settings) if settings.get("id_at") else ""
    told = _decoded(answer)
    codes = [str(one) for one in description.at(told, pointer)]
    good = [one.strip() for one in (settings.get("success_is") or "0").split(",")]
    if not codes:
        raise OutcomeUnknown("The gateway's answer does not say whether it took the text.")
    bad = next((one for one in codes if one not in good), None)
    if bad is None:
        return _id(told, settings)
    why = description.why_of(bad, settings.get("errors", ""))
    said = f"The gateway says {bad[:40]}."
    if why in (Why.THROTTLE, Why.TRANSIENT) and len(codes) == 1:
        raise TurnedAway(said, retry_after_s=_RETRY_S)
    raise Refused(said if len(codes) == 1 else f"{said} A part of the text may have arrived.", why)


def _id(told: Any, settings: Mapping[str, str]) -> str:
    found = next(iter(description.at(told, settings.get("id_at", ""))), "") if settings.get("id_at") else ""
    return str(found)[:200]


def _decoded(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OutcomeUnknown("The gateway answered something else than JSON.") from error
