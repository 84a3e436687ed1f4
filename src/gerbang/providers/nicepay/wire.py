"""NICEPAY classic V2 on the wire, in their words: types only. Amounts travel as decimal text, dates as `...Dt` and `...Tm`.

Answers are read tolerantly: a value may be text or a number, null or absent, and fields that we do not use may be anything.
Their spellings `issuBankCd` and `IssueBankCd` are both among those.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

Loose = str | int | float | bool | None


class Registration(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """POST /direct/v2/registration and /redirect/v2/registration; optional fields that are empty are not sent."""

    time_stamp: str
    i_mid: str
    pay_method: str
    currency: str
    amt: str
    reference_no: str
    goods_nm: str
    billing_nm: str
    billing_phone: str
    billing_email: str
    billing_addr: str
    billing_city: str
    billing_state: str
    billing_post_cd: str
    billing_country: str
    db_process_url: str
    merchant_token: str
    cart_data: str
    description: str = ""
    bank_cd: str = ""
    vacct_valid_dt: str = ""
    vacct_valid_tm: str = ""
    call_back_url: str = ""
    user_ip: str = field(default="", name="userIP")
    instmnt_type: str = ""
    instmnt_mon: str = ""
    recurr_opt: str = ""
    mitra_cd: str = ""
    pay_valid_dt: str = ""
    pay_valid_tm: str = ""
    shop_id: str = ""
    payment_exp_dt: str = ""
    payment_exp_tm: str = ""
    m_ref_no: str = ""
    sellers: str = ""
    delivery_nm: str = ""
    delivery_phone: str = ""
    delivery_addr: str = ""
    delivery_city: str = ""
    delivery_state: str = ""
    delivery_post_cd: str = ""
    delivery_country: str = ""


class CartItem(Struct, frozen=True, kw_only=True):
    goods_name: str
    goods_detail: str
    goods_amt: str
    goods_quantity: str = "1"
    img_url: str = ""


class LoanItem(Struct, frozen=True, kw_only=True):
    """What lenders want to know of one item."""

    goods_id: str
    goods_name: str
    goods_detail: str
    goods_amt: str
    goods_type: str
    goods_url: str
    goods_sellers_id: str
    goods_sellers_name: str
    goods_quantity: str = "1"


class Cart(Struct, frozen=True, kw_only=True):
    """What `cartData` holds, as JSON inside a JSON string; the items' `goods_amt` add up to `amt` (9023)."""

    count: str
    item: tuple[CartItem | LoanItem, ...]


class SellersAddress(Struct, frozen=True, kw_only=True, rename="camel"):
    seller_nm: str
    seller_last_nm: str
    seller_addr: str
    seller_city: str
    seller_post_cd: str
    seller_country: str
    seller_phone: str


class Seller(Struct, frozen=True, kw_only=True, rename="camel"):
    """One of the list that `sellers` holds, as JSON inside a JSON string; for Akulaku."""

    sellers_id: str
    sellers_nm: str
    sellers_email: str
    sellers_url: str
    sellers_address: SellersAddress


class Inquiry(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /direct/v2/inquiry; `amt` and `reference_no` are the registered ones."""

    time_stamp: str
    t_xid: str
    i_mid: str
    reference_no: str
    amt: str
    merchant_token: str


class Cancel(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /direct/v2/cancel; `amt` is what is taken back, `cancel_type` 1 for all of it and 2 for a part."""

    time_stamp: str
    i_mid: str
    t_xid: str
    reference_no: str
    pay_method: str
    cancel_type: str
    amt: str
    cancel_msg: str
    merchant_token: str


class Result(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every answer carries; an answer without `resultCd` is no answer."""

    result_cd: Loose = None
    result_msg: Loose = None


class Registered(Result, frozen=True, kw_only=True, rename="camel"):
    t_xid: Loose = None
    reference_no: Loose = None
    amt: Loose = None
    currency: Loose = None
    bank_cd: Loose = None
    vacct_no: Loose = None
    vacct_valid_dt: Loose = None
    vacct_valid_tm: Loose = None
    mitra_cd: Loose = None
    pay_no: Loose = None
    pay_valid_dt: Loose = None
    pay_valid_tm: Loose = None
    qr_content: Loose = None
    payment_exp_dt: Loose = None
    payment_exp_tm: Loose = None
    payment_url: Loose = field(default=None, name="paymentURL")


class Failed(Result, frozen=True, kw_only=True, rename="camel"):
    """One of a card's refusals: the issuer's ISO 8583 answer, or NICEPAY's own code."""

    trans_dt: Loose = None
    trans_tm: Loose = None


class Inquired(Result, frozen=True, kw_only=True, rename="camel"):
    """`status` decides (codes.py), not the word in `result_msg`; `cancel_amt` is what has gone back so far."""

    t_xid: Loose = None
    reference_no: Loose = None
    amt: Loose = None
    cancel_amt: Loose = None
    currency: Loose = None
    status: Loose = None
    trans_dt: Loose = None
    trans_tm: Loose = None
    deposit_dt: Loose = None
    deposit_tm: Loose = None
    auth_no: Loose = None
    receipt_code: Loose = None
    m_ref_no: Loose = None
    latest_fail_history: Any = None


class Cancelled(Result, frozen=True, kw_only=True, rename="camel"):
    t_xid: Loose = None
    reference_no: Loose = None
    amt: Loose = None
    cancelt_xid: Loose = None


def failures(value: Any) -> Sequence[Failed]:
    """A card's refusals, oldest first; what is no such list says nothing (its shape is unverified)."""
    try:
        found = msgspec.convert(value or [], list[Failed])
    except msgspec.ValidationError:
        return ()
    return sorted(found, key=lambda one: (text(one.trans_dt), text(one.trans_tm)))


def text(value: Loose) -> str:
    """A loose value as text: null and absent are empty, numbers lose nothing."""
    return "" if value is None else str(value).strip()


def amount(value: Loose) -> int | None:
    """A loose amount in whole rupiah: "150000", 150000 and "150000.00" are one; None for anything else, a fraction too."""
    whole, _, rest = text(value).partition(".")
    if not (whole.isascii() and whole.isdigit()) or rest.strip("0") or len(whole) > 15:
        return None
    return int(whole)
