"""The page behind the one-time owner link: whoever read it in the terminal makes the first account. Nothing else is made here."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, Router, get, post

from gerbang.base.errors import GerbangError
from gerbang.core.identity.model import EmailTaken, InvalidProfile, OwnerLinkInvalid, WeakPassword
from gerbang.web import texts
from gerbang.web.checkout.login import client_of, password_of, session_cookies
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import Page, locale_of, page, page_error, see_other, services_of


@get("/owner")
async def open_owner(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form. Whether the link is still good shows when it is used: asking must not tell."""
    return _form(request, {"t": request.query_params.get("t", "")[:200]})


@post("/owner", status_code=303)
async def claim(request: Request[Any, Any, Any]) -> Page:
    """Make the owner and sign in."""
    check_same_origin(context_of(request))
    form = await read_form(request, "t", "email", "name")
    password, locale = await password_of(request), locale_of(request)
    identity = services_of(request).identity
    if form.cards:
        return _form(request, form, form.card_complaints(texts.words(locale)))
    try:
        await identity.accounts.claim_ownership(
            form["t"], form["email"], password, form["name"], locale, said_in=locale
        )
    except OwnerLinkInvalid:
        return _form(request, {}, {"": texts.words(locale)("owner.dead")}, 403)
    except (WeakPassword, InvalidProfile, EmailTaken) as error:
        wrong = {one.pointer.removeprefix("/"): one.detail for one in error.errors}
        return _form(request, form, wrong or {"": error.detail})
    pair = await identity.sessions.login(form["email"], password, client_of(request), locale=locale)
    return see_other("/console", session_cookies(request, pair))


def _form(
    request: Request[Any, Any, Any],
    given: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    status_code: int = 422,
) -> Response[bytes]:
    """The form as it was filled in, with what is wrong beside each field; without a token only what is wrong with the link."""
    settings = services_of(request).settings
    return page(
        request,
        "owner.html",
        status_code=status_code if wrong else 200,
        shop=settings.shop_name,
        is_test=settings.sandbox,
        given={"t": "", "email": "", "name": "", **given},
        wrong=wrong or {},
    )


HANDLERS: Final = [
    Router(
        path="/",
        route_handlers=[open_owner, claim],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
