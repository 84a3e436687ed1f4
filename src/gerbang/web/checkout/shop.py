"""The demo shop, under `up` with the sandbox only: goods, a cart in a cookie, one payment for it, and orders that a webhook marks paid."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie

from gerbang.base import ids
from gerbang.base.errors import GerbangError, NotFound
from gerbang.base.formats import Locale
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.model import NewPayment
from gerbang.ports.payment import Payer
from gerbang.web import texts
from gerbang.web.checkout.access import link_cookie
from gerbang.web.checkout.checkout_state import Item
from gerbang.web.checkout.shop_orders import Order, Orders
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import (
    Page,
    caller_or_none,
    is_https,
    locale_of,
    only_shown,
    page,
    page_error,
    see_other,
    services_of,
)

CART_COOKIE: Final = "grb_cart"
PRESSED_COOKIE: Final = "grb_pressed"  # the key of the button that was pressed before the login
_LOGIN_TAKES_S: Final = 900
MOST_OF_ONE: Final = 9
SHIPPING: Final = 23_000
_DAY_S: Final = 86_400
_ORDERS_SHOWN: Final = 5
_OVER: Final = ("expired", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Good:
    """Something to buy; `price` in Rupiah."""

    sku: str
    name: Mapping[Locale, str]
    note: Mapping[Locale, str]
    price: int


def _good(sku: str, price: int, names: tuple[str, str], notes: tuple[str, str]) -> Good:
    return Good(sku, {"id": names[0], "en": names[1]}, {"id": notes[0], "en": notes[1]}, price)


GOODS: Final = (
    _good("kopi-gayo", 89_000, ("Kopi Gayo", "Gayo coffee"), ("250 g, biji, Takengon", "250 g, beans, Takengon")),
    _good("gula-aren", 38_000, ("Gula aren bubuk", "Palm sugar, ground"), ("500 g, Lebak", "500 g, Lebak")),
    _good("beras-rojolele", 98_000, ("Beras Rojolele", "Rojolele rice"), ("5 kg, Delanggu", "5 kg, Delanggu")),
    _good("kecap-manis", 31_000, ("Kecap manis", "Sweet soy sauce"), ("320 ml, Tuban", "320 ml, Tuban")),
    _good("sambal-roa", 42_000, ("Sambal roa", "Roa fish sambal"), ("150 g, Manado", "150 g, Manado")),
    _good("lada-putih", 47_000, ("Lada putih Muntok", "Muntok white pepper"), ("100 g, Bangka", "100 g, Bangka")),
)
_BY_SKU: Final = {good.sku: good for good in GOODS}


@get("/shop")
async def window(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Goods and cart."""
    _only_in_the_sandbox(request)
    return await _show(request)


@post("/shop/cart", status_code=303)
async def change_cart(request: Request[Any, Any, Any]) -> Response[None]:
    """One more or one less of one good."""
    _only_in_the_sandbox(request)
    form = await read_form(request, "sku", "step")
    cart = read_cart(request.cookies.get(CART_COOKIE, ""))
    if form["sku"] in _BY_SKU:
        count = cart.get(form["sku"], 0) + (-1 if form["step"] == "less" else 1)
        cart = {**cart, form["sku"]: max(0, min(MOST_OF_ONE, count))}
    return see_other("/shop", [_cart_cookie(request, cart)])


@post("/shop/pay", status_code=303)
async def pay(request: Request[Any, Any, Any]) -> Page:
    """One payment for the cart, however often the button is pressed, and on to its page; first to the login, where nobody is signed in."""
    _only_in_the_sandbox(request)
    check_same_origin(context_of(request))
    form = await read_form(request, "key")
    if only_shown(request):
        return await _show(request)
    if caller_or_none(request) is None:
        return see_other("/login?next=/shop/pay", [_pressed_cookie(request, form["key"])])
    return await _buy(request, form["key"])


@get("/shop/pay")
async def pay_after_login(request: Request[Any, Any, Any]) -> Page:
    """Go on with the press that led to the login. Only its own cookie does: a link from elsewhere buys nothing."""
    _only_in_the_sandbox(request)
    key = request.cookies.get(PRESSED_COOKIE, "")
    return await _buy(request, key) if key and caller_or_none(request) is not None else see_other("/shop")


@post("/shop/webhook", status_code=204)
async def receive_webhook(request: Request[Any, Any, Any]) -> None:
    """Gerbang says that an order is paid, or that nobody will pay it: signed, as it tells every shop."""
    _only_in_the_sandbox(request)
    context = context_of(request)
    Orders(services_of(request).settings.data).receive(context.body, context.headers)


async def _buy(request: Request[Any, Any, Any], pressed: str) -> Page:
    cart = read_cart(request.cookies.get(CART_COOKIE, ""))
    caller = caller_or_none(request)
    if caller is None or caller.id is None or not any(cart.values()) or not 8 <= len(pressed) <= 64:
        return see_other("/shop")
    locale = locale_of(request)
    if not caller.may("payments:create"):
        return await _show(request, wrong=texts.words(locale)("shop.cannot"), status_code=403)
    services = services_of(request)
    user = await services.identity.accounts.get(caller.id)
    lines = bill_lines(cart, locale)
    digest = hashlib.sha256(f"{pressed}|{sorted(cart.items())}".encode())
    order = f"LBG-{digest.hexdigest()[:10].upper()}"
    new = NewPayment(
        amount=sum(line.amount for line in lines),
        currency="IDR",
        description=f"{services.settings.shop_name} {order}",
        order_reference=order,
        owner_id=caller.id,
        payer=Payer(name=user.name, email=user.email, locale=locale, ip=context_of(request).client_ip),
        items=tuple({"name": line.name, "note": line.note, "amount": line.amount} for line in lines),
        return_url=f"{services.settings.base_url}/shop",
        expires_in_s=_DAY_S,
    )
    key = IdempotencyKey(caller.label, f"shop-{digest.hexdigest()[:40]}", digest.digest())
    made = await services.payments.create(caller, new, key)
    payment = ids.show("pay", made.details.payment.id)
    Orders(services.settings.data).add(Order(order, ids.show("usr", caller.id), payment, new.amount))
    address = f"/pay/{payment}"
    token = await services.payments.link_token(made.details.payment.id)
    cookies = [_cart_cookie(request, {}), _pressed_cookie(request, ""), link_cookie(request, address, token)]
    return see_other(address, cookies)


def bill_lines(cart: Mapping[str, int], locale: Locale) -> tuple[Item, ...]:
    """The lines of a bill for a cart, with shipping; empty for an empty cart."""
    say = texts.words(locale)
    goods = tuple(
        Item(good.name[locale], f"{cart[good.sku]} × {good.note[locale]}", good.price * cart[good.sku])
        for good in GOODS
        if cart.get(good.sku)
    )
    return (*goods, Item(str(say("shop.shipping")), str(say("shop.shipping.to")), SHIPPING)) if goods else ()


def read_cart(cookie: str) -> dict[str, int]:
    """`kopi-gayo:1.sambal-roa:2` as counts; anything else is an empty cart, since a cookie is the visitor's to change."""
    cart: dict[str, int] = {}
    for part in cookie.split("."):
        sku, _, count = part.partition(":")
        if sku in _BY_SKU and count.isascii() and count.isdigit() and 0 < int(count[:3]) <= MOST_OF_ONE:
            cart[sku] = int(count[:3])
    return cart


def _cart_cookie(request: Request[Any, Any, Any], cart: Mapping[str, int]) -> Cookie:
    text = ".".join(f"{sku}:{count}" for sku, count in cart.items() if count)
    age = _DAY_S if text else 0
    return Cookie(
        CART_COOKIE, value=text, path="/shop", max_age=age, httponly=True, samesite="lax", secure=is_https(request)
    )


def _pressed_cookie(request: Request[Any, Any, Any], key: str) -> Cookie:
    age = _LOGIN_TAKES_S if key else 0
    return Cookie(
        PRESSED_COOKIE,
        value=key[:64],
        path="/shop",
        max_age=age,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def _only_in_the_sandbox(request: Request[Any, Any, Any]) -> None:
    if not services_of(request).settings.sandbox:
        raise NotFound


async def _show(request: Request[Any, Any, Any], *, wrong: str = "", status_code: int = 200) -> Response[bytes]:
    services = services_of(request)
    locale = locale_of(request)
    cart = read_cart(request.cookies.get(CART_COOKIE, ""))
    caller = caller_or_none(request)
    user = await services.identity.accounts.get(caller.id) if caller and caller.kind == "user" and caller.id else None
    lines = bill_lines(cart, locale)
    return page(
        request,
        "shop.html",
        status_code=status_code,
        shop=services.settings.shop_name,
        home="/shop",
        is_test=True,
        goods=GOODS,
        cart=cart,
        most=MOST_OF_ONE,
        lines=lines,
        total=sum(line.amount for line in lines),
        key=secrets.token_urlsafe(18),
        buyer=user.name if user else "",
        orders=Orders(services.settings.data).of(ids.show("usr", user.id), _ORDERS_SHOWN) if user else (),
        over=_OVER,
        wrong=wrong,
    )


HANDLERS: Final = [
    Router(
        path="/",
        route_handlers=[window, change_cart, pay, pay_after_login, receive_webhook],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
