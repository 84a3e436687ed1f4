"""Who opened a payer's page: by the link, by the cookie that the link became, or as the signed-in customer whose payment it is.

The link's token moves into a cookie for that one address at the first visit, and out of the address by the payer's script: on a slow line a
redirect costs as much as the page. Where no cookie is kept, forms carry it in a hidden field, so that no log of addresses sees it.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.permissions import payer_caller
from gerbang.core.payments.refunds.model import RefundLink
from gerbang.web.gateway.page_addresses import without_marks
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import LINK_COOKIE as COOKIE
from gerbang.web.pages import caller_or_none, is_https, services_of

WENT_COOKIE: Final = "grb_went"
_PURPOSES: Final = (
    "sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
)  # prefetch, prerender or preview, by every browser's own name for it
# What fetches a link to show what is behind it. A person's browser inside such an app names the app, but none of these.
_PREVIEWS: Final = (
    "facebookexternalhit",
    "facebot",
    "telegrambot",
    "twitterbot",
    "slackbot",
    "slack-imgproxy",
    "linkedinbot",
    "discordbot",
    "redditbot",
    "pinterestbot",
    "googlebot",
    "google-inspectiontool",
    "bingbot",
    "bingpreview",
    "applebot",
    "yandexbot",
    "mastodon/",
    "skypeuripreview",
    "microsoftpreview",
    "ms teams",
    "viberbot",
    "line-poker",
    "kakaotalk-scrap",
    "zoombot",
    "iframely",
    "embedly",
    "bitlybot",
    "vkshare",
)
_PREVIEWS_BEGIN: Final = ("whatsapp/", "viber/")
_KEPT_S: Final = 14 * 86_400
CARRIED: Final = "t"  # the hidden field of a payer's form, named as the parameter of the link
_MOST_FIELDS: Final = 80


async def payment_for(request: Request[Any, Any, Any], payment: str, link: str = "") -> tuple[PaymentDetail, Caller]:
    """The payment that this visitor may see and pay; `link` is the token of the address. Raises NotFound for everybody else, as if it
    did not exist.
    """
    payment_id = ids.read("pay", payment)
    payments = services_of(request).payments
    token = link or request.cookies.get(COOKIE, "") or token_in(request)
    if token and await payments.check_link(payment_id, token):
        _only_from_here(request)
        staff = staff_at(request)
        visitor = payer_caller(payment_id)
        return await payments.get(payment_id), visitor if staff is None else replace(visitor, label=staff.label)
    caller = caller_or_none(request)
    if caller is not None and caller.kind == "user" and caller.id is not None:
        details = await payments.get(payment_id)
        if details.payment.owner_id == caller.id:
            return details, caller
    raise NotFound


async def refund_for(request: Request[Any, Any, Any], refund: str) -> tuple[UUID, RefundLink]:
    """The id of the refund whose page this visitor's link opens, and the link; raises NotFound for everybody else. A link that was opened
    just now goes before one that a cookie remembers: whoever made it stands beside what is named by it.
    """
    refund_id = ids.read("ref", refund)
    for token in (token_in(request), request.cookies.get(COOKIE, "")):
        link = await services_of(request).payments.check_refund_link(refund_id, token) if token else None
        if link is not None:
            _only_from_here(request)
            return refund_id, link
    raise NotFound


def who_names(request: Request[Any, Any, Any], refund_id: UUID) -> Caller:
    """On whose name the page of a refund writes down where the money goes: the payer's, or that of the operator who is signed in here.

    Raises Forbidden for an operator who may not pay out.
    """
    staff = staff_at(request)
    if staff is None:
        return Caller("payer", f"payer:{ids.show('ref', refund_id)}")
    staff.require("refunds:settle")
    return staff


def token_in(request: Request[Any, Any, Any]) -> str:
    """The token of the link that this page was opened by, whatever came along when it was pasted, or that its form carries; else empty."""
    return without_marks(request.query_params.get("t", "") or _carried(request))


def _carried(request: Request[Any, Any, Any]) -> str:
    """What the hidden field of one of our forms holds."""
    context = context_of(request)
    if context.method != "POST" or not context.body:
        return ""
    try:
        fields = parse_qs(context.body.decode("latin-1"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    return fields.get(CARRIED, [""])[-1]


def token_to_carry(request: Request[Any, Any, Any]) -> str:
    """The token that the forms and links of this page must carry on, while no cookie has come back; empty as soon as one has."""
    return "" if COOKIE in request.cookies else token_in(request)


def staff_at(request: Request[Any, Any, Any]) -> Caller | None:
    """Somebody of the shop who is signed in in this browser: what they press is theirs, whatever link they hold."""
    visitor = caller_or_none(request)
    return visitor if visitor is not None and visitor.kind == "user" and visitor.may("payments:read") else None


def link_cookie(request: Request[Any, Any, Any], path: str, token: str) -> Cookie:
    """The cookie that takes the place of the link's token, sent to that page and those below it only."""
    return Cookie(
        COOKIE, value=token, path=path, max_age=_KEPT_S, httponly=True, samesite="lax", secure=is_https(request)
    )


def went_cookie(request: Request[Any, Any, Any], path: str, attempt: str) -> Cookie:
    """The cookie that remembers, while the browser is open, for which attempt it was sent on to the provider."""
    return Cookie(WENT_COOKIE, value=attempt, path=path, httponly=True, samesite="lax", secure=is_https(request))


def opened_by_person(request: Request[Any, Any, Any]) -> bool:
    """Whether somebody looks at the page: not a messenger that makes a preview of the link, nor a browser that fetches it beforehand."""
    fetched_before = any("pre" in request.headers.get(name, "").lower() for name in _PURPOSES)
    agent = request.headers.get("user-agent", "").lower()
    is_preview = agent.startswith(_PREVIEWS_BEGIN) or any(name in agent for name in _PREVIEWS)
    return context_of(request).method != "HEAD" and not fetched_before and not is_preview


def _only_from_here(request: Request[Any, Any, Any]) -> None:
    """A form of another site must not press our buttons with this cookie; SameSite says so too, to newer browsers."""
    if request.method == "POST":
        check_same_origin(context_of(request))
