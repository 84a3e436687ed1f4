"""/v1/message-texts: what messages to payers say, as the shop writes it: looked at, saved, taken back, and agreed to by a second person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, get, post

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.notifications import text_rules
from gerbang.core.notifications.own_words import our_text
from gerbang.core.notifications.shop_texts import ShopTexts
from gerbang.core.notifications.text_model import PREFIX, Checked, TextKey, TextNotFound, TextStanding, TextVersion
from gerbang.web.cursors import Page
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.input.message_texts import (
    MessageTextBody,
    TextApproveBody,
    TextRefuseBody,
    read_text_key,
    refuse_subject,
)
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["notifications"]
_VERSIONS: Final = 20


class MessageTextVersionView(msgspec.Struct, frozen=True):
    """One version of a text. One of `source` `ours` holds no words: from it on ours are used again. `needs` says why a second person is asked: `instructions` for how to
    pay, `digits` for what may be an account number. `failed_why` says why it could not be sent when it was last to be, and ours went.
    """

    id: str
    version: int
    source: Literal["shop", "ours"]
    subject: str
    body: str
    needs: Sequence[str]
    approval: Literal["not_needed", "pending", "approved", "refused", "withdrawn"]
    saved_by: str
    saved_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str
    failed_at: datetime | None
    failed_why: str


class MessageTextView(msgspec.Struct, frozen=True):
    """A text of a message, in one language on one channel. `used` is the shop's version in use, null where ours is; `waiting` one that needs a second person."""

    template: str
    language: str
    channel: str
    used: MessageTextVersionView | None
    waiting: MessageTextVersionView | None


class MessageTextDetailView(msgspec.Struct, frozen=True):
    """A text with all that is needed to write it: the `names` that it may use, those that it must (`mandatory`), `ours` to begin from, and its newest versions."""

    template: str
    language: str
    channel: str
    names: Sequence[str]
    mandatory: Sequence[str]
    ours: Mapping[str, str]
    versions: Sequence[MessageTextVersionView]


class SegmentsView(msgspec.Struct, frozen=True):
    """How a text travels to a phone: each of the `parts` is paid for."""

    alphabet: str
    units: int
    parts: int


class MessagePreviewView(msgspec.Struct, frozen=True):
    """The message with example data, as it would leave; `case` names the example."""

    case: str
    subject: str
    text: str
    segments: SegmentsView | None


class MessageTextCheckView(msgspec.Struct, frozen=True):
    """What is wrong with each part, and how it is mended; empty where it may be saved. `needs` as in a version."""

    problems: Mapping[str, Sequence[str]]
    needs: Sequence[str]
    previews: Sequence[MessagePreviewView]


@get("/v1/message-texts", summary="Texts of messages", tags=_TAGS)
async def list_message_texts(services: Services) -> Page[MessageTextView]:
    """Every text that a shop may write: what payers are told by e-mail and SMS, in both languages. All of them at once."""
    return Page([_standing(one) for one in await services.service(ShopTexts).standing()], None)


@get("/v1/message-texts/{template:str}/{language:str}/{channel:str}", summary="One text of a message", tags=_TAGS)
async def read_message_text(services: Services, template: str, language: str, channel: str) -> MessageTextDetailView:
    """With its newest 20 versions, and who saved each."""
    key = read_text_key(template, language, channel)
    versions = await services.service(ShopTexts).versions(key, _VERSIONS)
    return MessageTextDetailView(
        *_named(key),
        names=text_rules.names_of(key),
        mandatory=text_rules.mandatory(key),
        ours=our_text(key),
        versions=[_version(one) for one in versions],
    )


@post(
    "/v1/message-texts/{template:str}/{language:str}/{channel:str}/preview",
    summary="Try a text of a message",
    tags=_TAGS,
    status_code=200,
)
async def preview_message_text(
    services: Services, template: str, language: str, channel: str, data: MessageTextBody
) -> MessageTextCheckView:
    """How it reads with example data, or what is wrong with it. Nothing is saved."""
    key = read_text_key(template, language, channel)
    refuse_subject(key, data.subject)
    return _check(await services.service(ShopTexts).check(key, data.subject, data.body))


@post(
    "/v1/message-texts/{template:str}/{language:str}/{channel:str}",
    summary="Save a text of a message",
    tags=_TAGS,
    status_code=200,
)
async def save_message_text(
    request: AnyRequest, services: Services, template: str, language: str, channel: str, data: MessageTextBody
) -> MessageTextVersionView:
    """Used from now on; one that needs a second person, from when they agree. The newest text sent once more makes no version. 422 names what is wrong with each part."""
    key = read_text_key(template, language, channel)
    refuse_subject(key, data.subject)
    return _version(await services.service(ShopTexts).save(caller_of(request), key, data.subject, data.body))


@post(
    "/v1/message-texts/{template:str}/{language:str}/{channel:str}/ours",
    summary="Go back to our text",
    tags=_TAGS,
    status_code=200,
)
async def use_our_message_text(
    request: AnyRequest, services: Services, template: str, language: str, channel: str
) -> MessageTextVersionView:
    """From now on the message says what it says out of the box. The shop's versions stay."""
    key = read_text_key(template, language, channel)
    return _version(await services.service(ShopTexts).use_ours(caller_of(request), key))


@post(
    "/v1/message-text-versions/{version:str}/approve",
    summary="Agree to a text of a message",
    tags=_TAGS,
    status_code=200,
)
async def approve_message_text(
    request: AnyRequest, services: Services, version: str, data: TextApproveBody
) -> MessageTextVersionView:
    """Not by an API key, nor by who saved it, and only within five minutes of the password: 403 `step_up_required`."""
    texts = services.service(ShopTexts)
    return _version(await texts.decide(caller_of(request), read_version(version), approve=True, note=data.note))


@post(
    "/v1/message-text-versions/{version:str}/refuse", summary="Refuse a text of a message", tags=_TAGS, status_code=200
)
async def refuse_message_text(
    request: AnyRequest, services: Services, version: str, data: TextRefuseBody
) -> MessageTextVersionView:
    """What was used before stays in use; `note` says why."""
    texts = services.service(ShopTexts)
    return _version(await texts.decide(caller_of(request), read_version(version), approve=False, note=data.note))


def read_version(shown: str) -> UUID:
    """The version that an address names. Raises TextNotFound for what is no id."""
    try:
        return ids.read(PREFIX, shown)
    except NotFound as error:
        raise TextNotFound from error


def _named(key: TextKey) -> tuple[str, str, str]:
    return key.template.value, key.locale, key.channel.value


def _standing(one: TextStanding) -> MessageTextView:
    used = _version(one.used) if one.used else None
    return MessageTextView(*_named(one.key), used, _version(one.waiting) if one.waiting else None)


def _version(one: TextVersion) -> MessageTextVersionView:
    return MessageTextVersionView(
        id=ids.show(PREFIX, one.id),
        version=one.number,
        source="ours" if one.is_ours else "shop",
        subject=one.subject,
        body=one.body,
        needs=one.needs,
        approval=one.approval,
        saved_by=one.saved_by,
        saved_at=one.saved_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        note=one.note,
        failed_at=one.failed_at,
        failed_why=one.failed_why,
    )


def _check(one: Checked) -> MessageTextCheckView:
    previews = [
        MessagePreviewView(
            each.case,
            each.subject,
            each.text,
            SegmentsView(each.segments.alphabet, each.segments.units, each.segments.parts) if each.segments else None,
        )
        for each in one.previews
    ]
    return MessageTextCheckView(one.problems, one.needs, previews)


HANDLERS: Final = [
    list_message_texts,
    read_message_text,
    preview_message_text,
    save_message_text,
    use_our_message_text,
    approve_message_text,
    refuse_message_text,
]
