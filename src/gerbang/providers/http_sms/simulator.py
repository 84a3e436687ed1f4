"""A gateway for text messages in a box, in two shapes: Vonage's (/vonage/sms/json, always 200) and Zenziva's (/zenziva/api/sendsms/).

It speaks both from the notes alone and imports nothing of the adapter beside it.
"""

import hashlib
import hmac
import re
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

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

_JSON: Final = (("content-type", "application/json"),)
_FORM: Final = (("content-type", "application/x-www-form-urlencoded"),)
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}")
_LOCAL: Final = re.compile(r"(0|62)8[0-9]{7,12}")
_SMALL: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡§¿äöñüàÄÖÑÜ^{}\\[~]|€"
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
_KEPT: Final = 1_000


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account: its key and secret, and where receipts go (empty: nowhere)."""

    key: str = ""
    secret: str = ""
    receipt_url: str = ""


class Quirks(msgspec.Struct, frozen=True):
    """What the gateway does with a text."""

    state: Literal["open", "throttled", "no_balance"] = "open"
    receipt: Literal["delivered", "failed", "none", "doubled"] = "delivered"


class Taken(msgspec.Struct, frozen=True, tag_field="kind", tag="sms_taken"):
    """One text as it was taken."""

    id: str
    to: str
    reference: str


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="sms_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


_decode_effect: Final = msgspec.json.Decoder(Taken | QuirksSet).decode


class SmsSimulator(MessengerSimulator[Quirks]):
    """One account at both gateways. Implements ports/simulator.Simulator."""

    name = "sms"
    prefix = "/sms"

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__(Quirks(), QuirksSet)
        self._taken: deque[Taken] = deque(maxlen=_KEPT)

    def answer(self, request: Request, now: datetime) -> Outcome:
        fields = dict(parse_qsl((request.body or request.query).decode("utf-8", "replace"), keep_blank_values=True))
        match request.method, request.path.rstrip("/"):
            case (("POST" | "GET"), "/vonage/sms/json"):
                return self._vonage(fields, now)
            case (("POST" | "GET"), "/zenziva/api/sendsms"):
                return self._zenziva(fields, now)
            case _:
                return Outcome(Answer(404, b"{}", _JSON))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:  # noqa: ARG002  nobody acts here
        raise Impossible("invalid", f"Nobody can {action} a text.")

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:  # noqa: ARG002  a receipt tells no time
        known = next((one for one in reversed(self._taken) if one.id == act.reference), None)
        if known is None:
            raise Impossible("not_found", "There is no text with this id.")
        if tamper not in ("", "token"):
            raise Impossible("invalid", "tamper is token.")
        receipt = self._receipt(known, "delivered")
        return msgspec.structs.replace(receipt, url=receipt.url + "x") if tamper else receipt

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  the same for all
        return _vonage_answer([{"status": "4", "error-text": "Bad Credentials"}])

    def replay(self, effect: bytes) -> None:
        self._apply(_decode_effect(effect))

    def _apply(self, change: Taken | QuirksSet) -> None:
        match change:
            case Taken() as taken:
                self._taken.append(taken)
            case QuirksSet(quirks=quirks):
                self._quirks = quirks

    def _vonage(self, fields: Mapping[str, str], now: datetime) -> Outcome:
        code, why = self._complaint(fields, ("api_key", "api_secret", "from", "to", "text"), _DIGITS)
        if code:
            return Outcome(_vonage_answer([{"to": fields.get("to", ""), "status": code, "error-text": why}]))
        text = fields["text"]
        if fields.get("type") != "unicode":  # what the small alphabet has not arrives as a question mark
            text = "".join(char if char in _SMALL else "?" for char in text)
        taken = self._take(fields["to"], fields.get("client-ref", ""), now)
        each = 67 if fields.get("type") == "unicode" else 153
        parts = max(1, -(-len(text) // each)) if len(text) > (70 if each == 67 else 160) else 1
        shown = [{"to": taken.to, "message-id": taken.id, "status": "0", "message-price": "0.03"} for _ in range(parts)]
        return self._outcome(taken, _vonage_answer(shown), fields["from"], f"+{taken.to}", text)

    def _zenziva(self, fields: Mapping[str, str], now: datetime) -> Outcome:
        code, _ = self._complaint(fields, ("userkey", "passkey", "to", "message"), _LOCAL)
        if code:
            status, said = {"4": ("5", "Userkey / Passkey Salah"), "9": ("6", "Saldo tidak cukup")}.get(
                code, ("2", "Nomor atau pesan salah")
            )
            return Outcome(Answer(200, msgspec.json.encode({"status": status, "text": said}), _JSON))
        taken = self._take(fields["to"], "", now)
        body = {"messageId": taken.id, "to": taken.to, "status": "1", "text": "Success", "cost": 0}
        number = f"+62{taken.to.removeprefix('0').removeprefix('62')}"
        return self._outcome(taken, Answer(200, msgspec.json.encode(body), _JSON), "ZENZIVA", number, fields["message"])

    def _complaint(self, fields: Mapping[str, str], needed: Sequence[str], number: re.Pattern[str]) -> tuple[str, str]:
        if any(not fields.get(one) for one in needed):
            return "2", "Missing mandatory params"
        given = (fields[needed[0]] + "\n" + fields[needed[1]]).encode()
        if not hmac.compare_digest(given, f"{self._config.key}\n{self._config.secret}".encode()):
            return "4", "Bad Credentials"
        if not number.fullmatch(fields["to"]):
            return "3", "Invalid value for to"
        return {"open": ("", ""), "throttled": ("1", "Throttled"), "no_balance": ("9", "Quota Exceeded")}[
            self._quirks.state
        ]

    def _take(self, to: str, reference: str, now: datetime) -> Taken:
        made = hashlib.md5(f"{len(self._taken)}{now}{to}".encode(), usedforsecurity=False).hexdigest()
        taken = Taken(made[:16].upper(), to, reference)
        self._taken.append(taken)
        return taken

    def _outcome(self, taken: Taken, answer: Answer, sender: str, number: str, text: str) -> Outcome:
        times = {"none": 0, "doubled": 2}.get(self._quirks.receipt, 1) if self._config.receipt_url else 0
        word = "failed" if self._quirks.receipt == "failed" else "delivered"
        told = tuple(self._receipt(taken, word) for _ in range(times))
        return Outcome(answer, (taken,), told, messages=(PersonMessage("sms", taken.id, sender, number, text),))

    def _receipt(self, taken: Taken, word: str) -> Webhook:
        fields = {
            "msisdn": taken.to,
            "messageId": taken.id,
            "status": word,
            "err-code": "0",
            "client-ref": taken.reference,
        }
        return Webhook(taken.id, self._config.receipt_url, _FORM, urlencode(fields).encode(), (1.0, 2.0), delay_s=0.1)


def _vonage_answer(messages: Sequence[Mapping[str, str]]) -> Answer:
    body = {"message-count": str(len(messages)), "messages": messages}
    return Answer(200, msgspec.json.encode(body), _JSON)


SIMULATOR: Final = SimulatorEntry(Config, SmsSimulator)
