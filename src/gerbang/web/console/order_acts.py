"""Operators and what is asked first of an order: cancelling items with a reason, and what becomes of its parcels, its cash and its hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import GerbangError, NotFound
from gerbang.core.orders.model import ITEM_PREFIX, WRITE, Item, OrderDetails
from gerbang.core.orders.operation_model import OPEN, OperationKind, OperationStatus
from gerbang.core.orders.operations import Begun, Wanted
from gerbang.core.orders.own_orders import OwnOrders
from gerbang.core.orders.service import Orders
from gerbang.web import texts
from gerbang.web.console import order_questions
from gerbang.web.console.confirmation import REFUSED, ask_first
from gerbang.web.console.page_frame import form_key, operator, show
from gerbang.web.forms import Form, read_form
from gerbang.web.input.orders import order_id, read_items
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of
from gerbang.web.views.marketplace_refusals import refusal_code

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/console/orders"


@get("/console/orders/{order:str}/do/{act:str}")
async def ask(request: AnyRequest, order: FromPath[str], act: FromPath[str]) -> Response[bytes]:
    """What it does, before it is done."""
    operator(request, WRITE)
    one = await services_of(request).service(Orders).get(order_id(order))
    return await ask_first(request, "orders", order_questions.question_of(one, _known(act), locale_of(request)))


@post("/console/orders/{order:str}/do/{act:str}", status_code=303)
async def do(request: AnyRequest, order: FromPath[str], act: FromPath[str]) -> Page:
    """Pressed twice it is done once."""
    caller, id_, core = operator(request, WRITE), order_id(order), services_of(request).service(Orders)
    form = await read_form(request, "key")
    if _known(act) and only_shown(request):
        one = await core.get(id_)
        return await ask_first(request, "orders", order_questions.question_of(one, act, locale_of(request)))
    try:
        if act == order_questions.RELEASE:
            await core.release(caller, id_)
            return _back(order, "released")
        if act in order_questions.CASH:
            await services_of(request).service(OwnOrders).set_cod(caller, id_, order_questions.CASH[act])
            return _back(order, "noted")
        key = form_key(caller.label, form["key"], order, act)
        begun = await core.operations.ask(caller, id_, Wanted(order_questions.KINDS[act]), key)
    except REFUSED as error:
        return _back(order, "refused", error)
    return _after(order, begun, "noted")


@get("/console/orders/{order:str}/cancel")
async def ask_cancel(request: AnyRequest, order: FromPath[str]) -> Response[Any]:
    """First which items, where there are several; then why, with what it will do."""
    operator(request, WRITE)
    one = await services_of(request).service(Orders).get(order_id(order))
    fit = order_questions.can_cancel(one)
    chosen = _chosen(request, one)
    is_whole = len(fit) < 2 or any(item.status.value == "unpaid" for item in fit)
    if chosen is None and not is_whole:
        items = order_questions.choices_of(one, fit, locale_of(request))
        place = order_questions.place_of(one.order)
        return await show(request, "order_items.html", "orders", order=one.order, place=place, items=items)
    return await _ask_why(request, order, one, chosen)


@post("/console/orders/{order:str}/cancel", status_code=303)
async def cancel(request: AnyRequest, order: FromPath[str]) -> Page:
    """Cancel what was shown; the same form sent twice asks once."""
    caller, say, core = operator(request, WRITE), texts.words(locale_of(request)), services_of(request).service(Orders)
    form, id_ = await read_form(request, "key", "items", "reason"), order_id(order)
    one = await core.get(id_)
    try:
        items = read_items(form["items"].split(",")) if form["items"] else None
        wrong = form.card_complaints(say)
        if not form["reason"].strip():
            wrong.setdefault("reason", say("ord.cancel.wrong"))
        if wrong or only_shown(request):
            known = {item.id: item for item in one.items}
            some = [known[id_] for id_ in items if id_ in known] if items else None
            return await _ask_why(request, order, one, some, form, wrong)
        wanted = Wanted(OperationKind.CANCEL, items, reason=form["reason"].strip()[:64])
        key = form_key(caller.label, form["key"], order, form["items"], form["reason"])
        begun = await core.operations.ask(caller, id_, wanted, key)
    except REFUSED as error:
        return _back(order, "refused", error)
    return _after(order, begun, "cancelled")


async def _ask_why(
    request: AnyRequest,
    order: str,
    one: OrderDetails,
    chosen: Sequence[Item] | None,
    given: Form | None = None,
    wrong: Mapping[str, Markup] | None = None,
) -> Response[Any]:
    core = services_of(request).service(Orders)
    try:
        preview = await core.cancel_options(one.order.id, [item.id for item in chosen] if chosen is not None else None)
    except REFUSED as error:
        return _back(order, "refused", error)
    return await ask_first(
        request,
        "orders",
        order_questions.cancel_question(one, preview, locale_of(request)),
        given,
        wrong,
        template="order_cancel.html",
        items=order_questions.named_items(chosen if chosen is not None else preview.items),
    )


def _chosen(request: AnyRequest, one: OrderDetails) -> Sequence[Item] | None:
    """The items that were ticked; None where nothing was."""
    named = set(request.query_params.getall("item", []))
    return [item for item in one.items if ids.show(ITEM_PREFIX, item.id) in named] or None


def _known(act: str) -> str:
    if act not in (*order_questions.KINDS, *order_questions.CASH, order_questions.RELEASE):
        raise NotFound("There is no such act.")
    return act


def _after(order: str, begun: Begun, word: str) -> Response[None]:
    status = begun.operation.status
    if status in OPEN:
        return _back(order, "waits")
    if status is OperationStatus.NOT_DONE:
        return see_other(
            f"{_LIST}/{order}?{urlencode({'done': 'refused', 'why': refusal_code(begun.operation.outcomes)})}"
        )
    return _back(order, word if status is OperationStatus.DONE else "partly")


def _back(order: str, done: str, error: GerbangError | None = None) -> Response[None]:
    why = {"why": error.code} if error else {}
    return see_other(f"{_LIST}/{order}?{urlencode({'done': done, **why})}")


HANDLERS: Final = [ask, do, ask_cancel, cancel]
