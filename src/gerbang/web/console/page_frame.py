"""What every operator's page has: who is signed in and may look, the frame around the page, times to the millisecond."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

import structlog
from litestar import Request, Response
from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.errors import Forbidden, GerbangError, Invalid, Unauthenticated
from gerbang.base.formats import Locale
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.operator_notices import OperatorNotices
from gerbang.core.settlements.service import Settlements
from gerbang.web import texts
from gerbang.web.console.actors import Names
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import caller_or_none, locale_of, page, services_of, wants_part
from gerbang.web.services import Services
from gerbang.web.sidebar import section_of

log = structlog.get_logger()
_WIB: Final = timedelta(hours=7)
_MOST: Final = 99
_BELL: Final = "notifications:read"
# Of an address: what only says what was just done, and the language, which is a cookie by now.
_SAID_ONCE: Final = frozenset({"done", "why", "count", "of", "lang"})
T = TypeVar("T")


def operator(request: Request[Any, Any, Any], permission: str) -> Caller:
    """The signed-in person, who holds the permission. Raises Unauthenticated, Forbidden, CrossSite for another site's form."""
    if request.method == "POST":
        check_same_origin(context_of(request))  # first: the session that another site made use of counts as none
    caller = caller_or_none(request)
    if caller is None or caller.kind != "user" or caller.id is None:
        raise Unauthenticated
    caller.require(permission)
    return caller


_MENDED_AT: Final = {
    "message_templates": "/console/notifications/templates",
    "message_texts": "/console/notifications/texts",
}


async def show(
    request: Request[Any, Any, Any],
    template: str,
    section: str,
    *,
    status_code: int = 200,
    watch: str = "",
    about: str = "",
    **values: Any,
) -> Response[bytes]:
    """An operator's page inside its frame; sections that the person may not see are not there. With `watch`, a line of a noun's `watched`, its
    block `live` stays true while the page is open: whoever asks for a part is given that block alone.
    """
    caller = caller_or_none(request)
    if caller is None or caller.id is None:
        raise Forbidden
    services, locale, part = services_of(request), locale_of(request), wants_part(request)
    if not part:
        values |= {
            "section": section,
            "entries": [(one, pages) for one in services.sidebar if (pages := one.open_to(caller))],
            "here": section_of(services.sidebar, section),
            "notices": await _notices(services, locale),
            "me": await services.identity.accounts.get(caller.id),
            "shop": services.settings.shop_name,
            "nonce": secrets.token_urlsafe(16),
            "stream": f"/console/live?{urlencode({'topic': watch} | ({'about': about} if about else {}))}"
            if watch
            else "",
            "address": _address(request),
            "has_bell": caller.may(_BELL),
        }
    return page(
        request,
        f"console/{template}",
        status_code=status_code,
        frame="console/part.html" if part else "console/shell.html",
        waiting=await _waiting(request) if caller.may("payments:read") else "",
        unread=await _unread(request, caller.id, readable_objects(request, caller)) if caller.may(_BELL) else "",
        is_test=services.settings.sandbox,
        exact=lambda at: exact(at, locale),
        stamp=lambda at: stamp(at, locale),
        **values,
    )


async def shared(request: Request[Any, Any, Any], key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
    """What is read for a page. A page that looks again on its own shares it with every other that does so at this moment; a person who asks
    sees what they have just done.
    """
    if not wants_part(request):
        return await read()
    found: T = await services_of(request).reads.get(key, read)
    return found


def _address(request: Request[Any, Any, Any]) -> str:
    """Where the part of this page is asked for: filters and place in the list stay, what was said once does not."""
    kept = [pair for pair in parse_qsl(request.url.query, keep_blank_values=True) if pair[0] not in _SAID_ONCE]
    return quote(context_of(request).path) + (f"?{urlencode(kept)}" if kept else "")


async def _waiting(request: Request[Any, Any, Any]) -> str:
    """How much waits for a person, for the navigation: `13`, or `99+`; empty for nothing."""
    counts = await shared(request, "work_counts", lambda: work_counts(services_of(request), _MOST + 1))
    return _shown_count(sum(counts.values()))


async def work_counts(services: Services, most: int) -> dict[str, int]:
    """How much of each kind waits for a person, counted up to `most`: of payments, and lines of marketplaces' statements."""
    counts = await services.payments.work_counts(most)
    return {**counts, "settlement_line": await services.service(Settlements).overview.count_held(most)}


async def _unread(request: Request[Any, Any, Any], reader: UUID, objects: Sequence[str]) -> str:
    """How much of the bell this person has not read, as above."""
    notices = services_of(request).service(OperatorNotices)
    return _shown_count(await shared(request, ("unread", reader), lambda: notices.unread(reader, objects)))


def _shown_count(count: int) -> str:
    return "" if not count else f"{_MOST}+" if count > _MOST else str(count)


def readable_objects(request: Request[Any, Any, Any], caller: Caller) -> Sequence[str]:
    """The types of objects that this person may see."""
    return [name for name, kind in services_of(request).objects.items() if caller.may(kind.permission)]


async def names_of(request: Request[Any, Any, Any], labels: Iterable[str | None]) -> Names:
    """The names behind labels of the audit; absent labels are passed over."""
    return await services_of(request).identity.named({label for label in labels if label})


async def _notices(services: Services, locale: Locale) -> list[Markup]:
    """What somebody must look at though the house goes on, as /readyz tells it; what cannot be asked now keeps no page from being shown.
    What an operator mends here is said in their words, with the page where that is done.
    """
    found, say = list[Markup](), texts.words(locale)
    for name, check in services.notices.items():
        try:
            if (told := await check()) is not None:
                place = _MENDED_AT.get(name)
                found.append(
                    Markup('{} <a href="{}">{}</a>').format(say(f"notice.{name}"), place, say("notice.see"))
                    if place
                    else Markup('<span lang="en">{}</span>').format(told)
                )
        except GerbangError as error:
            log.warning("console.notice_unknown", notice=name, code=error.code)
    return found


def form_key(caller: str, key: str, *said: str) -> IdempotencyKey:
    """The idempotency key of a form: the same form sent twice is one request, with other words in it another."""
    digest = hashlib.sha256("|".join((key, *said)).encode()).hexdigest()
    return IdempotencyKey(caller, f"console-{digest[:40]}", hashlib.sha256("|".join(said).encode()).digest())


def refusal(code: str, locale: Locale) -> Markup | str:
    """Why something was not done, by the code of the error; an address cannot make the page say anything else."""
    if texts.knows(f"refusal.{code}"):
        return texts.words(locale)(f"refusal.{code}")
    kinds = [GerbangError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    title = next((kind.title for kind in kinds if kind.code == code), "")
    return Markup('<span lang="en">{}</span>').format(title) if title else ""


def exact(at: datetime, locale: Locale) -> str:
    """`14.19.47,231` in Indonesian, `14:19:47.231` in English; WIB."""
    local = at.astimezone(UTC) + _WIB
    millis = f"{local.microsecond // 1000:03d}"
    return f"{local:%H.%M.%S},{millis}" if locale == "id" else f"{local:%H:%M:%S}.{millis}"


def stamp(at: datetime, locale: Locale) -> str:
    """`23 Nov 14.19.47`; WIB."""
    return f"{formats.day(at, locale)} {exact(at, locale)[:8]}"


def read_day(text: str, *, after: bool = False) -> datetime | None:
    """The beginning in WIB of a day written `2026-11-23`, or with `after` that of the next; None for nothing, Invalid for nonsense."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid("A date is written like 2026-11-23.") from error
    if not 2000 <= day.year <= 2999:
        raise Invalid("The year must lie between 2000 and 2999.")
    return day - _WIB + (timedelta(days=1) if after else timedelta())
