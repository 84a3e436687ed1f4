"""Twilio in a box: Programmable Messaging of 2010-04-01, with signed callbacks, carriers that lie, and people who say STOP.

It speaks Twilio's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code would share its mistakes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import msgspec

from gerbang.ports.messenger_simulator import MessengerSimulator
from gerbang.ports.simulator import (
    Act,
    Answer,
    Impossible,
    Outcome,
    PersonMessage,
    Request,
    SimulatorEntry,
    Webhook,
)
from gerbang.providers.twilio.simulator import refusals
from gerbang.providers.twilio.simulator.callbacks import Keys, from_person, status_callback
from gerbang.providers.twilio.simulator.phones import Kept, Step, Stopped
from gerbang.providers.twilio.simulator.quirks import COURSES, Quirks
from gerbang.providers.twilio.simulator.refusals import Refused, refusal

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_URL: Final = re.compile(r"https?://[^\s/]+\S*")
_TRIAL: Final = "Sent from your Twilio trial account - "
_JSON: Final = (("content-type", "application/json"),)
_MOST: Final = 5_000
_WIDE: Final = frozenset("^{}\\[~]|€\f")
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡§¿äöñüàÄÖÑÜ^{}\\[~]|€\f"
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account: its SID, token and senders, where people's answers go, and a shared key where it has one."""

    account_sid: str = f"AC{'0' * 32}"
    auth_token: str = ""
    senders: tuple[str, ...] = ("+15005550006",)
    inbound_url: str = ""
    shared_key_id: str = ""
    shared_key: str = ""


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="twilio_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


_decode_effect: Final = msgspec.json.Decoder(Kept | Stopped | QuirksSet).decode


class TwilioSimulator(MessengerSimulator[Quirks]):
    """One account. Implements ports/simulator.Simulator."""

    name = "twilio"
    prefix = "/twilio"

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__(Quirks(), QuirksSet)
        self._messages: dict[str, Kept] = {}
        self._stopped: set[str] = set()

    def answer(self, request: Request, now: datetime) -> Outcome:
        try:
            return self._route(request, now)
        except Refused as refused:
            return Outcome(refusal(refused.code))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        if action not in ("stop", "start") or not _E164.fullmatch(act.number):
            raise Impossible("invalid", "A person says stop or start, by `number` as +62….")
        change = Stopped(act.number, action == "stop")
        self._apply(change)
        told: tuple[Webhook, ...] = ()
        if self._config.inbound_url:
            sid = f"SM{hashlib.md5(f'{act.number}{action}{now}'.encode(), usedforsecurity=False).hexdigest()}"
            args = (self._config.account_sid, act.number, self._config.senders[0], action.upper())
            told = (from_person(*args, self._config.inbound_url, self._keys(), sid),)
        return Outcome(Answer(200, msgspec.json.encode({"number": act.number, "stopped": change.out})), (change,), told)

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        kept = self._messages.get(act.reference)
        if kept is None:
            raise Impossible("not_found", "There is no message with this SID.")
        if tamper not in ("", "token", "status"):
            raise Impossible("invalid", "tamper is one of token, status.")
        step = msgspec.structs.replace(kept.now(now), after_s=0.0)
        return status_callback(kept, step, self._keys(), empty=False, tamper=tamper)

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  the same for all
        return refusal(20003)

    def replay(self, effect: bytes) -> None:
        self._apply(_decode_effect(effect))

    def _apply(self, change: Kept | Stopped | QuirksSet) -> None:
        match change:
            case QuirksSet(quirks=quirks):
                self._quirks = quirks
            case Stopped(number=number, out=out):
                (self._stopped.add if out else self._stopped.discard)(number)
            case Kept(sid=sid):
                self._messages[sid] = change
                while len(self._messages) > _MOST:
                    del self._messages[next(iter(self._messages))]

    def _keys(self) -> Keys:
        if self._quirks.signature == "shared_key":
            return Keys(self._config.auth_token, self._config.shared_key_id, self._config.shared_key)
        return Keys(self._config.auth_token)

    def _route(self, request: Request, now: datetime) -> Outcome:
        self._sign_in(request)
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "2010-04-01", "Accounts", sid, "Messages.json" if sid == self._config.account_sid:
                return self._create(request, now)
            case "GET", "2010-04-01", "Accounts", sid, "Messages.json" if sid == self._config.account_sid:
                return self._list(request, now)
            case "GET", "2010-04-01", "Accounts", sid, "Messages", name if sid == self._config.account_sid:
                known = self._messages.get(name.removesuffix(".json"))
                if known is None:
                    raise Refused(20404)
                return Outcome(Answer(200, msgspec.json.encode(self._view(known, known.now(now))), _JSON))
            case "GET", "2010-04-01", "Accounts", account if account == f"{self._config.account_sid}.json":
                body = {"sid": self._config.account_sid, "status": "active", "type": "Full"}
                return Outcome(Answer(200, msgspec.json.encode(body), _JSON))
            case _:
                raise Refused(20404)

    def _sign_in(self, request: Request) -> None:
        wanted = base64.b64encode(f"{self._config.account_sid}:{self._config.auth_token}".encode()).decode()
        given = request.headers.get("authorization", "")
        if not self._config.auth_token or not hmac.compare_digest(given.encode(), f"Basic {wanted}".encode()):
            raise Refused(20003)

    def _create(self, request: Request, now: datetime) -> Outcome:
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {}
        self._check(fields)
        text = (_TRIAL if self._quirks.trial == "yes" else "") + fields["Body"]
        service = fields.get("MessagingServiceSid", "")
        steps = [Step(*one) for one in COURSES[self._quirks.delivery]]
        made = Kept(
            sid=f"SM{hashlib.md5(f'{len(self._messages)}{now}{request.body!r}'.encode(), usedforsecurity=False).hexdigest()}",
            account=self._config.account_sid,
            to=fields["To"],
            sender=fields.get("From", "") or self._config.senders[0],
            service=service,
            body=text,
            parts=_parts(text),
            callback=fields.get("StatusCallback", ""),
            at=now,
            first="accepted" if service else "queued",
            steps=tuple(steps),
        )
        self._apply(made)
        shown = msgspec.json.encode(self._view(made, Step(made.first, 0.0), fresh=True))
        phone = PersonMessage("sms", made.sid, made.sender, made.to, made.body)
        return Outcome(Answer(201, shown, _JSON), (made,), tuple(self._told(made)), messages=(phone,))

    def _check(self, fields: Mapping[str, str]) -> None:
        """In Twilio's order; a field that it does not know it leaves alone, and so do we."""
        to, sender = fields.get("To", ""), fields.get("From", "")
        if not to:
            raise Refused(21604)
        if not sender and not fields.get("MessagingServiceSid"):
            raise Refused(21603)
        if code := refusals.FROM.get(sender):
            raise Refused(code)
        if sender and sender not in self._config.senders:
            raise Refused(21606)
        if code := refusals.TO.get(to):
            raise Refused(code)
        if not _E164.fullmatch(to):
            raise Refused(21211)
        if not fields.get("Body"):
            raise Refused(21602)
        if len(fields["Body"]) > 1_600:
            raise Refused(21617)
        if (callback := fields.get("StatusCallback")) and not _URL.fullmatch(callback):
            raise Refused(21609)
        if to in self._stopped:
            raise Refused(21610)

    def _told(self, made: Kept) -> Sequence[Webhook]:
        if not made.callback:
            return ()
        empty = self._quirks.empty_parameters == "present"
        return [status_callback(made, step, self._keys(), empty=empty) for step in made.steps for _ in range(step.told)]

    def _list(self, request: Request, now: datetime) -> Outcome:
        asked = dict(parse_qsl(request.query.decode("utf-8", "replace")))
        size, start = min(int(asked.get("PageSize", "50")), 1_000), int(asked.get("Page", "0"))
        wanted = [one for one in reversed(self._messages.values()) if one.to == asked.get("To", one.to)]
        shown = wanted[start * size : (start + 1) * size]
        path = f"/2010-04-01/Accounts/{self._config.account_sid}/Messages.json"
        more = (
            f"{path}?To={quote(asked.get('To', ''))}&PageSize={size}&Page={start + 1}"
            if len(wanted) > (start + 1) * size
            else None
        )
        body = {"messages": [self._view(one, one.now(now)) for one in shown], "next_page_uri": more, "page": start}
        return Outcome(Answer(200, msgspec.json.encode(body), _JSON))

    def _view(self, kept: Kept, step: Step, *, fresh: bool = False) -> Mapping[str, Any]:
        return {
            "sid": kept.sid,
            "account_sid": kept.account,
            "api_version": "2010-04-01",
            "body": kept.body,
            "to": kept.to,
            "from": None if kept.service and fresh else kept.sender,
            "messaging_service_sid": kept.service or None,
            "direction": "outbound-api",
            "status": step.status,
            "error_code": step.code or None,
            "error_message": None,
            "num_media": "0",
            "num_segments": "0" if kept.service and fresh else str(kept.parts),
            "price": None,
            "price_unit": "USD",
            "date_created": format_datetime(kept.at),
            "date_updated": format_datetime(kept.at),
            "date_sent": None if fresh else format_datetime(kept.at),
            "uri": f"/2010-04-01/Accounts/{kept.account}/Messages/{kept.sid}.json",
        }


def _parts(text: str) -> int:
    """How many parts are paid for; where two units would be split over parts is left out here."""
    is_small = set(text) <= _GSM
    units = sum(2 if char in _WIDE else 1 for char in text) if is_small else len(text.encode("utf-16-le")) // 2
    alone, each = (160, 153) if is_small else (70, 67)
    return 1 if units <= alone else -(-units // each)


SIMULATOR: Final = SimulatorEntry(Config, TwilioSimulator)
