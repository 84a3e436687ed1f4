"""The page that asks before an act of any noun (`console/confirm.html` draws it), what is refused of an act, and the way back that says what was done."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response
from markupsafe import Markup

from gerbang.base.errors import Conflict, GerbangError, Invalid, TooMany, Unavailable, UpstreamFailed
from gerbang.core.payments.refunds.model import AskedForItThemselves
from gerbang.web import texts
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import show
from gerbang.web.forms import Form
from gerbang.web.pages import see_other

REFUSED: Final = (Conflict, UpstreamFailed, Unavailable, TooMany, Invalid, AskedForItThemselves)
# Of a form in which somebody typed: what may go through when it is sent again is told on a page that gives the form back.
REFUSED_FOR_GOOD: Final = (Conflict, UpstreamFailed, AskedForItThemselves)
Words = Markup | str


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to type or to choose. `kind` is that of an HTML input, `radio` with its `options`; `mode` the keyboard that a phone shows."""

    name: str
    label: Words
    kind: str = "text"
    options: tuple[tuple[str, Words], ...] = ()
    hint: Words = ""
    most: int = 200
    mode: str = ""
    auto: str = "off"
    required: bool = True
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """An act that is asked about. `button` is empty for one that cannot be done now; `version` what the form carries of what it showed."""

    heading: Words
    lead: Words
    action: str
    back: str
    crumbs: tuple[Crumb, ...]
    button: Words = ""
    danger: bool = False
    note: Words = ""
    inputs: tuple[Input, ...] = ()
    version: int | None = None
    earlier: tuple[Words, ...] = ()


async def ask_first(
    request: Request[Any, Any, Any],
    section: str,
    question: Question,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, Words] | None = None,
    template: str = "confirm.html",
    **values: Any,
) -> Response[bytes]:
    """The question with its fields; with what was wrong beside each of them, and everything typed kept. A `template` that extends the page's may draw more."""
    return await show(
        request,
        template,
        section,
        status_code=422 if wrong else 200,
        key=secrets.token_urlsafe(18),
        question=question,
        given={**{one.name: "" for one in question.inputs}, **(given or {})},
        wrong=wrong or {},
        **values,
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
