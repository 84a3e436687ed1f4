"""/v1/message-templates: which approved templates are not used now, and using one again. What pauses them is core/notifications' matter."""

from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Request, get, post

from gerbang.core.notifications.model import PausedTemplate
from gerbang.web.cursors import Page
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.services import Services

_TAGS: Final = ["notifications"]


class MessageTemplateView(msgspec.Struct, frozen=True):
    """A template of a connection, in one language, that is paused since then. One that was `recategorised` by its provider is charged for otherwise, and stays so until somebody
    says that it is used: `left_at` is when somebody looked at it and left it so. Any other is used again when the provider approves it again.
    """

    connection: str
    template: str
    language: str
    recategorised: bool
    why: str
    since: datetime
    left_at: datetime | None


@get("/v1/message-templates", summary="Message templates that are paused", tags=_TAGS)
async def list_message_templates(services: Services) -> Page[MessageTemplateView]:
    """At most 200, the longest first. What a paused template would tell goes by the other language, or by another channel."""
    return Page([_view(one) for one in await services.notifications.paused_templates()], None)


@post(
    "/v1/message-templates/{connection:str}/{template:str}/{language:str}/resume",
    summary="Use it again",
    tags=_TAGS,
    status_code=204,
)
async def resume_message_template(
    request: Request[Any, Any, Any], services: Services, connection: str, template: str, language: str
) -> None:
    """For one that was recategorised: from now on it is sent at its new price. 404 for one that is not paused."""
    actor, request_id = caller_of(request).label, context_of(request).request_id
    await services.notifications.resume_template(connection, template, language, actor, request_id)


@post(
    "/v1/message-templates/{connection:str}/{template:str}/{language:str}/leave",
    summary="Leave it paused",
    tags=_TAGS,
    status_code=204,
)
async def leave_message_template(
    request: Request[Any, Any, Any], services: Services, connection: str, template: str, language: str
) -> None:
    """Somebody has looked at it, and nobody is reminded of it any more. 404 for one that is not paused."""
    actor, request_id = caller_of(request).label, context_of(request).request_id
    await services.notifications.leave_template(connection, template, language, actor, request_id)


def _view(one: PausedTemplate) -> MessageTemplateView:
    return MessageTemplateView(
        one.connection, one.template, one.language, one.is_recategorised, one.why, one.since, one.left_at
    )


HANDLERS: Final = [list_message_templates, resume_message_template, leave_message_template]
