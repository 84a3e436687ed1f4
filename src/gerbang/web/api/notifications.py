"""/v1/notifications: what people were told, how it went, and sending it again. The messages themselves are core/notifications' matter."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import Parameter

from gerbang.base import formats, ids
from gerbang.base.errors import NotFound
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications.model import Filters, Notification, NotificationNotFound, Status, Template
from gerbang.core.payments.model import PAYMENT
from gerbang.ports.messenger import Channel
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import read_id
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.services import Services

_TAGS: Final = ["notifications"]


class NotificationView(msgspec.Struct, frozen=True):
    """One message to one person on one channel. `recipient` is masked; `tries` counts every time it was handed to the sender. Of `unknown_tries` nobody
    learnt whether they arrived: so many copies may have come beside it. `parts` is how many the sender counts, of a text to a phone. Each fact keeps its time: a message
    that was delivered after it had been said to have failed has both. `category` and `billable` are how its sender charges for it, where it says so.
    """

    id: str
    channel: Annotated[str, msgspec.Meta(description="`email`, `sms`, `whatsapp`, `push`, `chat`.")]
    recipient: Annotated[str, msgspec.Meta(description="Masked; `erased` once the person was erased.")]
    template: Annotated[
        str, msgspec.Meta(description="Which message it is, as the table of who is told what names it.")
    ]
    locale: Annotated[str, msgspec.Meta(description="The language in which it was written: `id` or `en`.")]
    status: Status
    tries: Annotated[int, msgspec.Meta(description="How often it was handed to the sender.")]
    error: Annotated[str | None, msgspec.Meta(description="Why it failed, or what it waits for.")]
    payment: Annotated[str | None, msgspec.Meta(description="The payment that it is about.")]
    message_id: Annotated[
        str, msgspec.Meta(description="The `Message-ID` of a mail; the same when it is sent again after a lost answer.")
    ]
    created_at: datetime
    sent_at: Annotated[datetime | None, msgspec.Meta(description="When it left the sender.")]
    accepted_at: Annotated[datetime | None, msgspec.Meta(description="When the sender took it.")]
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    connection: Annotated[str | None, msgspec.Meta(description="The connection that sent it.")]
    provider_id: Annotated[str | None, msgspec.Meta(description="Its id at the sender.")]
    parts: Annotated[int, msgspec.Meta(description="How many texts the sender counts it as.")]
    unknown_tries: Annotated[int, msgspec.Meta(description="Tries of which nobody learnt whether they arrived.")]
    category: Annotated[str, msgspec.Meta(description="How the sender charges for it, where it says so.")]
    billable: Annotated[
        bool | None, msgspec.Meta(description="Whether the sender charges for it; null where it does not say.")
    ]


@get("/v1/notifications", summary="Messages to people, newest first", tags=_TAGS)
async def list_notifications(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: Annotated[Status | None, Parameter(description="How far it is.")] = None,
    template: Annotated[Template | None, Parameter(description="Which message it is.")] = None,
    payment: Annotated[str | None, Parameter(description="The payment that they are about (`pay_…`).")] = None,
) -> Page[NotificationView]:
    """`status` is how far it is: queued, accepted, sent, delivered, read, or failed, which says why in `error`. It never goes back; a message that failed may
    arrive after all.
    """
    most = capped(limit)
    about = read_id("payment", "pay", payment)
    filters = Filters(status, template, ObjectRef(PAYMENT, about) if about else None)
    rows = await services.notifications.page(filters, await cursors.read("notifications", cursor), most + 1)
    return await cursors.page("notifications", rows, most, lambda n: (n.created_at, n.id), _view)


@post(
    "/v1/notifications/{notification:str}/resend",
    summary="Send a message to somebody again",
    tags=_TAGS,
    status_code=202,
)
async def resend_notification(
    request: Request[Any, Any, Any], services: Services, notification: str
) -> NotificationView:
    """One that failed is tried again. One that was sent, and did not arrive, stays as it is: the answer is a new one that says the same. One still on its
    way, and one to somebody who does not want it there any more, is refused with 409.
    """
    context = context_of(request)
    id_ = _notification_id(notification)
    return _view(await services.notifications.resend(id_, caller_of(request).label, context.request_id))


def _view(notification: Notification) -> NotificationView:
    return NotificationView(
        id=ids.show("ntf", notification.id),
        channel=notification.channel.value,
        recipient="erased" if notification.is_erased else _masked(notification),
        template=notification.template.value,
        locale=notification.locale,
        status=notification.status,
        tries=notification.tries,
        error=notification.error,
        payment=ids.show("pay", about) if (about := notification.id_of(PAYMENT)) else None,
        message_id=notification.message_id,
        created_at=notification.created_at,
        sent_at=notification.sent_at,
        accepted_at=notification.accepted_at,
        delivered_at=notification.delivered_at,
        read_at=notification.read_at,
        failed_at=notification.failed_at,
        connection=notification.connection,
        provider_id=notification.provider_id,
        parts=notification.parts,
        unknown_tries=notification.unknown_tries,
        category=notification.category,
        billable=notification.billable,
    )


def _masked(notification: Notification) -> str:
    if notification.channel is Channel.CHAT:  # the connection's id
        return notification.recipient
    mask = formats.mask_email if notification.channel is Channel.EMAIL else formats.mask_number
    return mask(notification.recipient)


def _notification_id(shown: str) -> UUID:
    try:
        return ids.read("ntf", shown)
    except NotFound as error:
        raise NotificationNotFound from error


HANDLERS: Final = [list_notifications, resend_notification]
