"""NICEPAY's SNAP on the wire, in their words: types only. Amounts are text with two decimals beside a currency.

Answers are read tolerantly: a value may be text or a number, null or absent, an object that does not apply may be empty text, and fields
that we do not use may be anything.
"""

from typing import Any

from msgspec import Struct, field

from gerbang.providers.nicepay.wire import Loose, amount, text

Bare = str | list[Any] | None


class Money(Struct, frozen=True, kw_only=True):
    value: str
    currency: str = "IDR"


class TokenWish(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /v1.0/access-token/b2b."""

    grant_type: str = "client_credentials"
    additional_info: dict[str, str] = field(default_factory=dict)


class NewAccountInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    bank_cd: str
    goods_nm: str
    db_process_url: str
    vacct_valid_dt: str = ""
    vacct_valid_tm: str = ""
    ms_id: str = ""
    ms_fee: str = ""
    ms_fee_type: str = ""
    mb_fee: str = ""
    mb_fee_type: str = ""


class NewAccount(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/transfer-va/create-va; without a number of ours NICEPAY picks one."""

    partner_service_id: str = ""
    customer_no: str = ""
    virtual_account_no: str = ""
    virtual_account_name: str
    trx_id: str
    total_amount: Money
    additional_info: NewAccountInfo


class AccountQuestionInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    total_amount: Money
    trx_id: str
    t_xid_va: str = field(name="tXidVA")


class AccountQuestion(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/transfer-va/status."""

    partner_service_id: str = ""
    customer_no: str = ""
    virtual_account_no: str
    inquiry_request_id: str
    additional_info: AccountQuestionInfo


class AccountEndInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    total_amount: Money
    t_xid_va: str = field(name="tXidVA")
    cancel_message: str


class AccountEnd(Struct, frozen=True, kw_only=True, rename="camel"):
    """DELETE /api/v1.0/transfer-va/delete-va, with this body."""

    partner_service_id: str = ""
    customer_no: str = ""
    virtual_account_no: str
    trx_id: str
    additional_info: AccountEndInfo


class UrlParam(Struct, frozen=True, kw_only=True, rename="camel"):
    url: str
    type: str
    is_deeplink: str = "N"


class NewWalletInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    mitra_cd: str
    goods_nm: str
    billing_nm: str
    billing_phone: str
    cart_data: str
    db_process_url: str
    call_back_url: str
    ms_id: str = ""


class NewWallet(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/debit/payment-host-to-host."""

    partner_reference_no: str
    merchant_id: str
    sub_merchant_id: str = ""
    external_store_id: str = ""
    valid_up_to: str = ""
    point_of_initiation: str = "Mobile App"
    amount: Money
    url_param: tuple[UrlParam, ...]
    additional_info: NewWalletInfo


class NewQrisInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    mitra_cd: str
    goods_nm: str
    billing_nm: str
    billing_phone: str
    billing_email: str
    billing_addr: str
    billing_city: str
    billing_state: str
    billing_post_cd: str
    billing_country: str
    user_ip: str = field(name="userIP")
    cart_data: str
    call_back_url: str
    db_process_url: str
    ms_id: str = ""


class NewQris(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/qr/qr-mpm-generate."""

    merchant_id: str
    partner_reference_no: str
    store_id: str
    validity_period: str = ""
    amount: Money
    additional_info: NewQrisInfo


class WalletQuestion(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/debit/status; `service_code` is that of the payment."""

    merchant_id: str
    sub_merchant_id: str = ""
    original_partner_reference_no: str
    original_reference_no: str
    service_code: str = "54"
    transaction_date: str
    external_store_id: str = ""
    amount: Money
    additional_info: dict[str, str] = field(default_factory=dict)


class QrisQuestion(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/qr/qr-mpm-query."""

    merchant_id: str
    external_store_id: str
    original_reference_no: str
    original_partner_reference_no: str
    service_code: str
    additional_info: dict[str, str] = field(default_factory=dict)


class WalletRefund(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/debit/refund; `refundType` 1 is all of it."""

    partner_refund_no: str
    merchant_id: str
    sub_merchant_id: str = ""
    original_partner_reference_no: str
    original_reference_no: str
    external_store_id: str
    reason: str
    refund_amount: Money
    additional_info: dict[str, str]


class QrisRefund(Struct, frozen=True, kw_only=True, rename="camel"):
    """POST /api/v1.0/qr/qr-mpm-refund; `cancelType` 1 is all of it."""

    merchant_id: str
    external_store_id: str
    original_reference_no: str
    original_partner_reference_no: str
    partner_refund_no: str
    refund_amount: Money
    reason: str
    additional_info: dict[str, str]


class LooseMoney(Struct, frozen=True, kw_only=True):
    value: Loose = None
    currency: Loose = None


SomeMoney = LooseMoney | Loose | list[Any]


class Result(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every answer carries; an answer without `responseCode` is no answer."""

    response_code: Loose = None
    response_message: Loose = None


class TokenGranted(Result, frozen=True, kw_only=True, rename="camel"):
    """`expires_in` is seconds, as text."""

    access_token: Loose = None
    expires_in: Loose = None


class AccountInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """Under `virtualAccountData` in some documents, beside it in others."""

    bank_cd: Loose = None
    t_xid_va: Loose = field(default=None, name="tXidVA")
    vacct_valid_dt: Loose = None
    vacct_valid_tm: Loose = None
    latest_transaction_status: Loose = None
    transaction_status_desc: Loose = None


class AccountData(Struct, frozen=True, kw_only=True, rename="camel"):
    virtual_account_no: Loose = None
    trx_id: Loose = None
    total_amount: SomeMoney = None
    paid_amount: SomeMoney = None
    trx_date_time: Loose = None
    additional_info: AccountInfo | Bare = None


class AccountAnswer(Result, frozen=True, kw_only=True, rename="camel"):
    """Of create, status and delete alike."""

    virtual_account_data: AccountData | Bare = None
    additional_info: AccountInfo | Bare = None
    latest_transaction_status: Loose = None
    transaction_status_desc: Loose = None

    @property
    def data(self) -> AccountData:
        return self.virtual_account_data if isinstance(self.virtual_account_data, AccountData) else AccountData()

    def info(self, name: str) -> str:
        """A field of `additionalInfo`, wherever NICEPAY put it; empty when it is nowhere."""
        places = (self.data.additional_info, self.additional_info, self)
        return next((said for place in places if (said := text(getattr(place, name, None)))), "")


class MadeInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    validity_period: Loose = None


class Made(Result, frozen=True, kw_only=True, rename="camel"):
    """A wallet's payment or a QR code; `reference_no` is the tXid."""

    reference_no: Loose = None
    partner_reference_no: Loose = None
    amount: SomeMoney = None
    web_redirect_url: Loose = None
    app_redirect_url: Loose = None
    qr_content: Loose = None
    additional_info: MadeInfo | Bare = None


class Status(Result, frozen=True, kw_only=True, rename="camel"):
    """Of a wallet's payment or a QR code."""

    original_reference_no: Loose = None
    original_partner_reference_no: Loose = None
    latest_transaction_status: Loose = None
    transaction_status_desc: Loose = None
    trans_amount: SomeMoney = None
    amount: SomeMoney = None
    refund_amount: SomeMoney = None
    paid_time: Loose = None


class Refunded(Result, frozen=True, kw_only=True, rename="camel"):
    refund_no: Loose = None
    partner_refund_no: Loose = None
    refund_amount: SomeMoney = None


def rupiah(whole: int) -> Money:
    """Whole rupiah as they want them: 150000 is "150000.00"."""
    return Money(value=f"{whole}.00")


def value(said: SomeMoney) -> str:
    """The amount as text, of an object or a bare value; empty when nothing was said."""
    if isinstance(said, LooseMoney):
        return text(said.value)
    return "" if isinstance(said, list) else text(said)


def whole(said: SomeMoney) -> int | None:
    """Whole rupiah; None when nothing was said, for cents that are not zero, and for another currency: never rounded."""
    if isinstance(said, LooseMoney) and text(said.currency) not in {"", "IDR"}:
        return None
    return amount(value(said))
