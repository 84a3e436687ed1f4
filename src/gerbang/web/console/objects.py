"""The page of one object of any noun: its head with id, status and actions, what was just done, why it is so, its timeline and its facts.

The template `console/object.html` draws it; a page that has more extends that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from litestar import Request, Response
from markupsafe import Markup

from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.web import texts
from gerbang.web.console.page_frame import refusal, show
from gerbang.web.pages import locale_of

Words = Markup | str
Lane = Literal["from", "to", "ins"]
# Said of what was done with an object, by the word `done` of its address.
_DOUBTFUL = frozenset({"silent", "refused"})


@dataclass(frozen=True, slots=True)
class Action:
    """A link to a page that asks first (`href`), or a button that does it at once (`press`, a form's address). `look` is `main` or `bad`."""

    title: Words
    href: str = ""
    press: str = ""
    look: Literal["", "main", "bad"] = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value. `copy` is the id of the element whose value can be copied; `small` stands behind it; `look` is `num` or `mono`."""

    title: Words
    value: Words
    look: str = ""
    copy: str = ""
    href: str = ""
    small: Words = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that belong together, under a title."""

    title: Words
    facts: tuple[Fact, ...]
    money: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a timeline. `lane`: came in from outside, went out, or was decided inside; `mark` is a status to show, `link` a webhook."""

    at: datetime
    lane: Lane
    title: Words
    says: Words = ""
    mark: str = ""
    word: Words = ""
    link: str = ""
    good: bool = False
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way here."""

    title: Words
    href: str


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """One object, ready to be shown. `name` is its page in the sidebar, `watch` its line of its noun's `watched`."""

    name: str
    id: str
    crumb: Crumb
    heading: Words
    mark: str = ""
    word: Words = ""
    lead: Words = ""
    why: Words = ""
    is_test: bool = False
    actions: tuple[Action, ...] = ()
    facts: tuple[Facts, ...] = ()
    steps: tuple[Step, ...] = ()
    older: str = ""
    newest: str = ""
    watch: str = ""
    about: str = ""
    template: str = "object.html"


def allowed(caller: Caller, *actions: tuple[str, Action]) -> tuple[Action, ...]:
    """Of pairs of a permission and an action, those that this person may do."""
    return tuple(action for permission, action in actions if caller.may(permission))


async def show_object(
    request: Request[Any, Any, Any],
    page: ObjectPage,
    *,
    said: Words = "",
    doubtful: bool = False,
    status_code: int = 200,
    **more: Any,
) -> Response[bytes]:
    """The page; `said` tells what was just done; `more` is what a template that extends it wants to know."""
    return await show(
        request,
        page.template,
        page.name,
        status_code=status_code,
        watch=page.watch,
        about=page.about,
        object=page,
        said=said,
        doubtful=doubtful,
        **more,
    )


def said_of(
    request: Request[Any, Any, Any], words: str, known: Mapping[str, Any] | Sequence[str] | frozenset[str]
) -> tuple[Words, bool]:
    """What the address says was done, in the words under `WORDS.DONE`, and whether it did not go as wanted; an address cannot say anything else."""
    locale: Locale = locale_of(request)
    done = request.query_params.get("done", "")
    if done not in known:
        return "", False
    why = refusal(request.query_params.get("why", ""), locale)
    return texts.words(locale)(f"{words}.{done}", why=why), done in _DOUBTFUL
