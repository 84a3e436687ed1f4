"""WhatsApp's Cloud API in a box: templates that must be approved, the window of 24 hours, signed webhooks, and people who write, stop or are not there.

It speaks Meta's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code would share its mistakes.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

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
from gerbang.providers.whatsapp.simulator.quirks import COURSES, Quirks
from gerbang.providers.whatsapp.simulator.refusals import Refused, refusal
from gerbang.providers.whatsapp.simulator.templates import FIRST, Template, submitted
from gerbang.providers.whatsapp.simulator.webhooks import Config, Kept, from_person, of_template, statuses

_TO: Final = re.compile(r"\+?[1-9][0-9]{6,14}")
_VERSION: Final = re.compile(r"v[0-9]{1,2}\.0")
_WINDOW: Final = timedelta(hours=24)
_MOST: Final = 5_000
_LIMITS: Final = {"number": 130429, "person": 131056, "payment": 131042, "held_back": 131049}
_JSON: Final = (("content-type", "application/json"),)


class Wrote(msgspec.Struct, frozen=True, tag_field="kind", tag="whatsapp_wrote"):
    """A person wrote to the number, and opened the window."""

    number: str
    at: datetime


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="whatsapp_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


_decode_effect: Final = msgspec.json.Decoder(Kept | Wrote | Template | QuirksSet).decode


class WhatsAppSimulator(MessengerSimulator[Quirks]):
    """One number. Implements ports/simulator.Simulator."""

    name = "whatsapp"
    prefix = "/whatsapp"

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__(Quirks(), QuirksSet)
        self._messages: dict[str, Kept] = {}
        self._wrote: dict[str, datetime] = {}
        self._templates = dict(FIRST)

    def answer(self, request: Request, now: datetime) -> Outcome:
        try:
            return self._route(request, now)
        except Refused as refused:
            return Outcome(refusal(refused.code, refused.details, rate_status=int(self._quirks.rate_status)))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        match action:
            case "stop" | "start" | "say":
                return self._say(act.number, act.reason if action == "say" else action.upper(), now)
            case "pause" | "approve" | "recategorise":
                return self._change(action, act)
            case _:
                raise Impossible(
                    "invalid",
                    "People stop, start or say (`number`, `reason`); Meta does pause, approve or recategorise (`reference` is name/language).",
                )

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:  # noqa: ARG002  a status tells its own time
        kept = self._messages.get(act.reference)
        if kept is None:
            raise Impossible("not_found", "There is no message with this id.")
        if tamper not in ("", "token", "status"):
            raise Impossible("invalid", "tamper is one of token, status.")
        last = kept.letters[-1][-1][0] if kept.letters else "sent"
        return statuses(self._config, kept, ((last, 0.0, 131026 if last == "failed" else 0),), tamper)

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  the same for all
        return refusal(190)

    def replay(self, effect: bytes) -> None:
        self._apply(_decode_effect(effect))

    def _apply(self, change: Kept | Wrote | Template | QuirksSet) -> None:
        match change:
            case QuirksSet(quirks=quirks):
                self._quirks = quirks
            case Template(name=name, language=language):
                self._templates[name, language] = change
            case Wrote(number=number, at=at):
                self._wrote[number] = at
            case Kept(id=id_):
                self._messages[id_] = change
                while len(self._messages) > _MOST:
                    del self._messages[next(iter(self._messages))]

    def _route(self, request: Request, now: datetime) -> Outcome:
        given = request.headers.get("authorization", "")
        if not self._config.token or not hmac.compare_digest(given.encode(), f"Bearer {self._config.token}".encode()):
            raise Refused(190)
        version, *rest = request.path.strip("/").split("/")
        if not _VERSION.fullmatch(version):
            raise Refused(100, "Unknown path components")
        match request.method, *rest:
            case "POST", self._config.phone_number_id, "messages":
                return self._take(_object(request.body), now)
            case "GET", self._config.waba_id, "message_templates":
                shown = [
                    {"name": t.name, "language": t.language, "status": t.status, "category": t.category}
                    for t in self._templates.values()
                ]
                return Outcome(Answer(200, msgspec.json.encode({"data": shown}), _JSON))
            case "POST", self._config.waba_id, "message_templates":
                made = submitted(_object(request.body))
                self._apply(made)
                shown_id = {"id": "594425479261596", "status": made.status, "category": made.category}
                return Outcome(Answer(200, msgspec.json.encode(shown_id), _JSON), (made,))
            case _:
                raise Refused(33)

    def _take(self, asked: Mapping[str, Any], now: datetime) -> Outcome:
        to, reference = asked.get("to"), asked.get("biz_opaque_callback_data", "")
        if asked.get("messaging_product") != "whatsapp":
            raise Refused(100, "The parameter messaging_product is required.")
        if not isinstance(to, str) or not _TO.fullmatch(to):
            raise Refused(131009, "to is no number")
        if not isinstance(reference, str) or len(reference) > 512:
            raise Refused(100, "biz_opaque_callback_data has at most 512 characters")
        if code := _LIMITS.get(self._quirks.limit):
            raise Refused(code)
        number = to.removeprefix("+")
        text, category, error = self._said(asked, number, now)
        letters = ((("failed", 0.05, error),),) if error else COURSES[self._quirks.delivery]
        id_ = f"wamid.{hashlib.sha256(f'{len(self._messages)}{now}{number}{text}'.encode()).hexdigest()[:40].upper()}"
        kept = Kept(id_, number, reference, category, now, letters)
        self._apply(kept)
        taken = {"id": id_, **({"message_status": "accepted"} if asked["type"] == "template" else {})}
        body = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": number}],
            "messages": [taken],
        }
        told = [statuses(self._config, kept, steps) for steps in letters] if self._config.hook_url else []
        arrives = not error and self._quirks.delivery != "undeliverable"
        phone = (PersonMessage("whatsapp", id_, self._config.phone_number_id, f"+{number}", text),) if arrives else ()
        return Outcome(Answer(200, msgspec.json.encode(body), _JSON), (kept,), tuple(told), messages=phone)

    def _said(self, asked: Mapping[str, Any], number: str, now: datetime) -> tuple[str, str, int]:
        """What the person reads, how it is charged for, and the code with which it fails after it was taken (0: it does not)."""
        match asked.get("type"):
            case "text":
                body = (asked.get("text") or {}).get("body")
                if not isinstance(body, str) or not 0 < len(body) <= 4_096:
                    raise Refused(131008, "text.body")
                wrote = self._wrote.get(number)
                is_open = wrote is not None and now - wrote < _WINDOW
                if not is_open and self._quirks.window == "answer":
                    raise Refused(131047)
                return body, "service", 0 if is_open else 131047
            case "template":
                template, text = self._filled(asked.get("template") or {})
                return text, template.category.lower(), 0
            case _:
                raise Refused(131051)

    def _filled(self, asked: Mapping[str, Any]) -> tuple[Template, str]:
        name, language = asked.get("name"), (asked.get("language") or {}).get("code")
        template = self._templates.get((str(name), str(language)))
        if template is None or template.status in ("PENDING", "REJECTED"):
            raise Refused(132001, f"template name ({name}) does not exist in {language}")
        if template.status == "PAUSED":
            raise Refused(132015)
        if template.status == "DISABLED":
            raise Refused(132016)
        components = asked.get("components") or []
        values = _parameters(next((one for one in components if one.get("type") == "body"), {}))
        if len(values) != template.places:
            raise Refused(
                132000, f"body: number of localizable_params ({len(values)}) does not match {template.places}"
            )
        if any("\n" in one or "\t" in one or "     " in one for one in values):
            raise Refused(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        text = template.filled(values)
        if len(text) > 1_024:
            raise Refused(132005)
        if not template.has_link:
            return template, text
        button: Mapping[str, Any] = next((one for one in components if one.get("type") == "button"), {})
        if (button.get("sub_type"), str(button.get("index"))) != ("url", "0"):
            raise Refused(131008, "Button at index 0 of type Url requires a parameter")
        (link,) = _parameters(button) or [""]
        return template, f"{text} [{link}]"

    def _say(self, number: str, text: str, now: datetime) -> Outcome:
        if not _TO.fullmatch(number) or not text:
            raise Impossible("invalid", "A person says stop, start or anything (`reason`), by `number` as +62….")
        change = Wrote(number.removeprefix("+"), now)
        self._apply(change)
        id_ = f"wamid.{hashlib.sha256(f'{number}{text}{now}'.encode()).hexdigest()[:40].upper()}"
        told = (from_person(self._config, number, text, now, id_),) if self._config.hook_url else ()
        return Outcome(Answer(200, msgspec.json.encode({"number": number, "said": text})), (change,), told)

    def _change(self, action: str, act: Act) -> Outcome:
        name, _, language = act.reference.partition("/")
        known = self._templates.get((name, language))
        if known is None:
            raise Impossible("not_found", "`reference` is name/language of a template that is there.")
        if action == "recategorise":
            now = msgspec.structs.replace(known, category=act.reason or "MARKETING")
            told = {"previous_category": known.category, "new_category": now.category}
            letter = of_template(self._config, "template_category_update", name, language, **told)
        else:
            event = "APPROVED" if action == "approve" else act.reason or "PAUSED"
            now = msgspec.structs.replace(known, status=event)
            letter = of_template(
                self._config, "message_template_status_update", name, language, event=event, reason="NONE"
            )
        self._apply(now)
        shown = {"template": name, "language": language, "status": now.status, "category": now.category}
        letters = (letter,) if self._config.hook_url else ()
        return Outcome(Answer(200, msgspec.json.encode(shown)), (now,), letters)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(100, "The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Refused(100, "The body is no JSON object.")
    return found


def _parameters(component: Mapping[str, Any]) -> list[str]:
    """The texts of a component's parameters; raises Refused for one that is empty or of another kind."""
    given = component.get("parameters") or []
    if any(one.get("type") != "text" or not isinstance(one.get("text"), str) for one in given):
        raise Refused(132012)
    if any(not one["text"] for one in given):
        raise Refused(131008, "Parameter of type text is missing text value")
    return [one["text"] for one in given]


SIMULATOR: Final = SimulatorEntry(Config, WhatsAppSimulator)
