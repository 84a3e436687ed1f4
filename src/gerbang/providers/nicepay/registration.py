"""One attempt as NICEPAY's registration: what every method sends, and what each adds to that. Pure."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gerbang.base import ip
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Declined
from gerbang.ports.payment import Account, Method, Submission
from gerbang.providers.nicepay import cleaning, loans, timestamps, wire
from gerbang.providers.nicepay.account import PAID_TO_A_NUMBER, PAY_METHODS, merchant, setting
from gerbang.providers.nicepay.client import cart_data, order_token
from gerbang.providers.nicepay.facts import CURRENCY
from gerbang.providers.nicepay.terms import OPTIONS


def impossible(submission: Submission) -> Declined | None:
    """Why this attempt cannot be made at all: OVO pushes its request to the payer's phone, so it needs a number."""
    if submission.options.get("wallet") != "OVO" or cleaning.local_phone(submission.payer.phone):
        return None
    return Declined(
        DeclineCode.PHONE_NEEDED, "OVO asks on the payer's phone, and no mobile number of Indonesia is known."
    )


def order_of(account: Account, submission: Submission) -> wire.Registration:
    """The whole order, signed by the method's merchant. Raises ProviderRefused when the connection has none."""
    assert submission.amount.currency == CURRENCY, f"NICEPAY takes rupiah, not {submission.amount.currency}"
    who, stamp = merchant(account, submission.method), timestamps.stamp(submission.now)
    amt = str(submission.amount.amount)
    plain = wire.Registration(
        time_stamp=stamp,
        i_mid=who.imid,
        pay_method=PAY_METHODS[submission.method],
        currency=CURRENCY,
        amt=amt,
        reference_no=submission.reference,
        goods_nm=cleaning.words(submission.description, 100) or "Pembayaran",
        billing_nm=cleaning.letters(submission.payer.name, 30) or setting(account, "billing_name"),
        billing_phone=cleaning.phone_digits(submission.payer.phone) or setting(account, "billing_phone"),
        billing_email=cleaning.email(submission.payer.email, 40) or setting(account, "billing_email"),
        billing_addr=setting(account, "billing_address"),
        billing_city=setting(account, "billing_city"),
        billing_state=setting(account, "billing_state"),
        billing_post_cd=setting(account, "billing_postcode"),
        billing_country=setting(account, "billing_country"),
        db_process_url=account.hook_url,
        merchant_token=order_token(stamp, who.imid, submission.reference, amt, who.key),
        cart_data="{}",
        description=submission.payment,
        **_partner(submission),
    )
    shared = {} if submission.method in PAID_TO_A_NUMBER else _on_a_screen(account, plain, submission)
    return replace(plain, **{**shared, **_own(account, submission, plain)})


def _partner(submission: Submission) -> Mapping[str, Any]:
    """The bank, or whoever else collects."""
    option, codes, _ = OPTIONS.get(submission.method, ("", {}, ""))
    if not option:
        return {}
    name = "bank_cd" if submission.method is Method.VIRTUAL_ACCOUNT else "mitra_cd"
    return {name: codes[submission.options[option]]}


def _on_a_screen(account: Account, plain: wire.Registration, submission: Submission) -> dict[str, Any]:
    """What everybody wants to know who sends the payer to a page or an app."""
    return {
        "cart_data": cart_data(plain.goods_nm, plain.amt),
        "call_back_url": submission.return_url,
        "user_ip": ip.as_ipv4(submission.payer.ip) or setting(account, "user_ip"),
    }


def _own(account: Account, submission: Submission, plain: wire.Registration) -> dict[str, Any]:
    until = timestamps.stamp(submission.expires_at)
    date, time = until[:8], until[8:]
    match submission.method:
        case Method.VIRTUAL_ACCOUNT:
            return {"vacct_valid_dt": date, "vacct_valid_tm": time}
        case Method.CONVENIENCE_STORE:
            return {"pay_valid_dt": date, "pay_valid_tm": time}
        case Method.QRIS:
            issuer, shop = setting(account, "qris_issuer"), setting(account, "shop_id")
            return {"mitra_cd": issuer, "shop_id": shop, "payment_exp_dt": date, "payment_exp_tm": time}
        case Method.EWALLET:
            return {"billing_phone": cleaning.local_phone(submission.payer.phone) or plain.billing_phone}
        case Method.DIRECT_DEBIT:
            return {"m_ref_no": submission.reference[-18:]}
        case Method.PAYLATER:
            return loans.particulars(account, plain)
        case Method.CARD:
            # Instalments at the merchant's cost, of which there are none: one month is full payment. No token of the card is wanted.
            return {"instmnt_type": "2", "instmnt_mon": "1", "recurr_opt": "2"}
        case method:
            raise AssertionError(f"NICEPAY collects nothing by {method}")
