"""The page that asks before an act, and the way back to the payment that says what was done."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response
from markupsafe import Markup

from gerbang.base.errors import Conflict, GerbangError, Invalid, TooMany, Unavailable, UpstreamFailed
from gerbang.core.payments.refunds.model import AskedForItThemselves
from gerbang.web import texts
from gerbang.web.console.page_frame import show
from gerbang.web.forms import Form
from gerbang.web.pages import see_other

REFUSED: Final = (Conflict, UpstreamFailed, Unavailable, TooMany, Invalid, AskedForItThemselves)
# Of a form in which somebody typed: what may go through when it is sent again is told on a page that gives the form back.
REFUSED_FOR_GOOD: Final = (Conflict, UpstreamFailed, AskedForItThemselves)
_EMPTY: Final = dict.fromkeys(("amount", "reason", "decision", "reference", "bank", "account", "name"), "")


async def ask_first(
    request: Request[Any, Any, Any],
    values: Mapping[str, Any],
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The question with its fields; with what was wrong beside each of them, and everything typed kept."""
    return await show(
        request,
        "ask.html",
        "payments",
        status_code=422 if wrong else 200,
        key=secrets.token_urlsafe(18),
        given={**_EMPTY, **(given or {})},
        wrong=wrong or {},
        **{"version": None, "earlier": (), **values},
    )


def reason_wrong(form: Form, decisions: Collection[str], say: texts.Words) -> dict[str, Markup]:
    """What is wrong with a decision and its reason, both at once."""
    wrong = form.card_complaints(say)
    if "reason" not in wrong and not 3 <= len(form["reason"]) <= 200:
        wrong["reason"] = say("reason.wrong")
    if form["decision"] not in decisions:
        wrong["decision"] = say("resolving.wrong")
    return wrong


def back_to(payment: str, done: str, error: GerbangError | None = None) -> Response[None]:
    """To the payment's page, which says what was done; a refusal is named by its code, whose words are looked up there."""
    why = {"why": error.code} if error else {}
    return see_other(f"/console/payments/{payment}?{urlencode({'done': done, **why})}")
