"""The form of an endpoint: from what was typed to what is asked for, or to what is wrong beside each field. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from gerbang.base.formats import Locale
from gerbang.core.endpoints.model import MOST_PATTERNS, PERSONAL, BadEndpoint, Endpoint, Profile, Signing, is_pattern
from gerbang.core.endpoints.service import NewEndpoint
from gerbang.web import texts
from gerbang.web.console.confirmation import Input

EMPTY: Final[Mapping[str, str]] = {
    "url": "",
    "description": "",
    "events": "*",
    "signing": Signing.HMAC.value,
    "ordered": "no",
    "rate": "",
    "retries": Profile.STANDARD.value,
    "personal": "no",
}
FIELDS: Final = tuple(EMPTY)
_MOST: Final[Mapping[str, int]] = {"url": 2048, "description": 500, "events": 2000, "rate": 5}
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "signing": tuple(Signing),
    "ordered": ("no", "yes"),
    "retries": tuple(Profile),
    "personal": ("no", "yes"),
}
_TYPED_AS: Final = {"rate_per_s": "rate", "profile": "retries", "include": "personal"}
_HINTED: Final = ("url", "description", "events", "signing", "ordered", "rate", "personal")
_RATE: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_MOST_RATE: Final = 10_000
_MOST_PATTERN: Final = 100
_BETWEEN: Final = re.compile(r"[\s,;]+")


def read(given: Mapping[str, str], locale: Locale) -> tuple[NewEndpoint | None, dict[str, Markup]]:
    """What the form asks for, or None and what is wrong with each field. Whether the address may be called is core's to say."""
    say = texts.words(locale)
    patterns = [one for one in _BETWEEN.split(given["events"].strip()) if one]
    wrong = {
        name: say("ep.wrong.long", most=_MOST[name])
        for name in ("url", "description")
        if len(given[name]) > _MOST[name]
    }
    wrong |= {name: say("ep.wrong.choice") for name, known in _CHOICES.items() if given[name] not in known}
    if not given["url"]:
        wrong["url"] = say("ep.wrong.address")
    bad = next((one for one in patterns if not is_pattern(one) or len(one) > _MOST_PATTERN), None)
    if bad is not None:
        wrong["events"] = say("ep.wrong.pattern", pattern=bad[:_MOST_PATTERN])
    elif not 0 < len(patterns) <= MOST_PATTERNS:
        wrong["events"] = say("ep.wrong.events", most=MOST_PATTERNS)
    rate = given["rate"]
    if rate and not (_RATE.fullmatch(rate) and 1 <= int(rate) <= _MOST_RATE):
        wrong["rate"] = say("ep.wrong.rate")
    if wrong:
        return None, wrong
    asked = NewEndpoint(
        url=given["url"],
        events=tuple(patterns),
        description=given["description"],
        signing=Signing(given["signing"]),
        ordered=given["ordered"] == "yes",
        rate_per_s=int(rate) if rate else None,
        profile=Profile(given["retries"]),
        include=(PERSONAL,) if given["personal"] == "yes" else (),
    )
    return asked, {}


def refused(error: BadEndpoint, asked: NewEndpoint, locale: Locale) -> dict[str, Markup]:
    """What core found wrong with what was asked for, beside its field: an address that may not be called brings the way out."""
    say = texts.words(locale)
    pointer = error.errors[0].pointer if error.errors else "/url"
    _, name, *number = pointer.split("/")
    if name == "url":
        return {"url": say("ep.wrong.url" if error.hint else "ep.wrong.address")}
    if name == "events" and number:
        return {"events": say("ep.wrong.no_event", pattern=asked.events[int(number[0])])}
    return {name: Markup('<span lang="en">{}</span>').format(error.detail)}


def changes(before: Endpoint, asked: NewEndpoint, touched: Collection[str]) -> dict[str, Any]:
    """The fields that differ, of those that somebody touched."""
    wanted = {
        name: getattr(asked, name) for name in ("url", "description", "signing", "ordered", "rate_per_s", "profile")
    }
    found = {name: value for name, value in wanted.items() if value != getattr(before, name)}
    lists = {name: getattr(asked, name) for name in ("events", "include")}
    found |= {name: value for name, value in lists.items() if tuple(value) != tuple(getattr(before, name))}
    return {name: value for name, value in found.items() if _TYPED_AS.get(name, name) in touched}


def filled(endpoint: Endpoint) -> dict[str, str]:
    """The form as it is for an endpoint that is there."""
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": ", ".join(endpoint.events),
        "signing": endpoint.signing.value,
        "ordered": "yes" if endpoint.ordered else "no",
        "rate": str(endpoint.rate_per_s or ""),
        "retries": endpoint.profile.value,
        "personal": "yes" if PERSONAL in endpoint.include else "no",
    }


def inputs_of(locale: Locale, focus: str) -> Mapping[str, Input]:
    """The fields of the form by name, the cursor in `focus`."""
    say = texts.words(locale)
    labels = {"rate": "ep.rate.label"}
    return {
        name: Input(
            name=name,
            label=say(labels.get(name, f"ep.{name}")),
            kind="url" if name == "url" else "text",
            options=tuple((one, say(f"ep.{name}.{one}")) for one in _CHOICES.get(name, ())),
            hint=say(f"ep.{name}.hint") if name in _HINTED else "",
            most=_MOST.get(name, 200),
            mode="numeric" if name == "rate" else "",
            required=name in ("url", "events"),
            focus=name == focus,
        )
        for name in FIELDS
    }
