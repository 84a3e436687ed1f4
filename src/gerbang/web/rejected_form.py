"""A form that could not be carried out, given back: what was typed is shown, and can be sent once more as it was. Never a secret, never a card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

from gerbang.base.card_numbers import holds_card_number
from gerbang.base.errors import GerbangError
from gerbang.web import texts
from gerbang.web.gateway.request_context import RequestContext, context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.input.cleaning import cleaned
from gerbang.web.policy_rows import Body
from gerbang.web.problems import BodyTooLarge, UnsupportedMedia

_SECRETS: Final = frozenset({"password", "current", "new"})
_MOST_FIELDS: Final = 80
_MOST_CHARACTERS: Final = 4_096


@dataclass(frozen=True, slots=True)
class RejectedForm:
    """`shown` is what a person typed, by the key of its label; `pairs` the whole form, empty where it must not be sent again."""

    action: str
    shown: Sequence[tuple[str, str]]
    pairs: Sequence[tuple[str, str]]


def rejected_form(request: Request[Any, Any, Any], error: GerbangError) -> RejectedForm | None:
    """The form of this request, or None where it was none. One that another site sent is shown, not offered to be sent again."""
    context = context_of(request)
    if context.row is None or context.row.body is not Body.FORM or request.method != "POST":
        return None
    typed = _typed(context.body)
    if not typed:
        return None
    safe = _safe(typed)
    whole = len(safe) == len(typed) and not isinstance(error, BodyTooLarge | UnsupportedMedia) and _is_ours(request)
    shown = [(f"held.{name}", value) for name, value in safe.items() if value and texts.knows(f"held.{name}")]
    return RejectedForm(request.url.path, shown, list(typed.items()) if whole else [])


def typed_again(context: RequestContext) -> Sequence[tuple[str, str]]:
    """The fields of this request's form that a page may hold, for its language switch to send once more."""
    return list(_safe(_typed(context.body)).items())


def _safe(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name not in _SECRETS and not holds_card_number(value, name)}


def _typed(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: cleaned(name, value[:_MOST_CHARACTERS]) for name, value in pairs}


def _is_ours(request: Request[Any, Any, Any]) -> bool:
    try:
        check_same_origin(context_of(request))
    except GerbangError:
        return False
    return True
