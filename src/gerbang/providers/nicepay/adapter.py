"""NICEPAY as a payment provider: virtual accounts, and cards on NICEPAY's own page. Calls and lookups; facts.py says what they mean."""

from collections.abc import Sequence

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.payment import (
    Account,
    Cancelled,
    Declined,
    Effect,
    Fact,
    Giveback,
    Lookup,
    Method,
    MethodOption,
    MethodTerms,
    RefundSettled,
    Standing,
    Submission,
)
from gerbang.providers.nicepay import cleaning, facts, jakarta, wire
from gerbang.providers.nicepay.account import BANKS, PAY_METHODS, TITLES, base_url, imid, merchant, number, setting
from gerbang.providers.nicepay.client import Client, Endpoint, TakenBefore, cancel_token, cart_data, order_token

log = structlog.get_logger(__name__)


class NicepayPayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """What is activated and has a merchant id. Neither method's registration moves money: both only instruct."""
        active = setting(account, "methods").split()
        return [
            _terms(account, method) for method in PAY_METHODS if method.value in active and imid(account, method)
        ]  # fmt: skip

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Register the order. A repeat of our reference (9009) is OutcomeUnknown: the answer with its tXid is lost."""
        order, endpoint = _order(account, submission), _endpoint(account)
        if submission.method is Method.CARD:
            answer = await self._client.register_redirect(endpoint, order)
            return (facts.declined(answer) or facts.hosted_page(submission, answer, endpoint.base_url),)
        answer = await self._client.register(endpoint, order)
        return (facts.declined(answer) or facts.virtual_account(submission, answer),)

    async def inquire(self, account: Account, standing: Standing) -> Sequence[Fact]:
        """What NICEPAY says now. A status that is in no table is logged and changes nothing."""
        answer = await self._inquire(account, standing)
        finding = facts.inquired(standing, answer, setting(account, "card_status_table"))
        if finding.oddity:
            log.warning("nicepay.inquiry_odd", attempt=standing.reference, method=standing.method, alert=finding.oddity)
        return finding.facts

    async def cancel(self, account: Account, standing: Standing) -> Sequence[Fact]:
        """Close an unpaid order. When NICEPAY refuses and the order is simply still open, the answer is empty."""
        if standing.method is Method.CARD:
            known = await self.inquire(account, standing)
            if known:
                return known  # a cancel of a paid card would give the money back
        try:
            answer = await self._cancel(account, standing, standing.amount.amount, full=True, why="Cancelled")
        except OutcomeUnknown as lost:
            known = await self._looked_up(account, standing, lost)
            if known:
                return known
            if standing.method is Method.VIRTUAL_ACCOUNT and isinstance(lost, TakenBefore):
                return (Cancelled(),)  # closed by an earlier try; an inquiry may go on saying "unpaid"
            raise
        if facts.declined(answer):
            return await self._looked_up(account, standing, OutcomeUnknown("NICEPAY refused to cancel."))
        if standing.method is Method.CARD:
            return await self._closed_card(account, standing)
        return (Cancelled(),)

    async def refund(self, account: Account, standing: Standing, giveback: Giveback) -> Sequence[Fact]:
        """Give a card payment back, or a part of it. A lost or odd answer is looked up: the transaction says what went back."""
        if standing.method is not Method.CARD:
            return (Declined("refund_not_supported", "NICEPAY cannot give a paid virtual account back (9330)."),)
        part, total = giveback.amount.amount, standing.refunded + giveback.amount.amount
        full = giveback.full and not standing.refunded  # a full cancel is refused after a partial one (9320)
        try:
            answer = await self._cancel(account, standing, part, full=full, why=giveback.reason)
        except OutcomeUnknown as lost:
            settled = await self._arrived(account, standing, part, lost)
            if settled is None:
                raise
            return (settled,)
        refusal = facts.declined(answer)
        if refusal is None and wire.amount(answer.amt) in {None, part}:
            return (RefundSettled(total, facts.CURRENCY, wire.text(answer.cancelt_xid) or None),)
        odd = OutcomeUnknown("NICEPAY's answer to the refund does not settle it.")
        settled = await self._arrived(account, standing, part, odd)  # a refusal may be the echo of a try that got lost
        if settled is not None:
            return (settled,)
        if refusal is not None:
            return (refusal,)
        raise odd

    async def _arrived(
        self, account: Account, standing: Standing, part: int, doubt: OutcomeUnknown
    ) -> RefundSettled | None:
        """The refund as the transaction shows it, None when it shows none; OutcomeUnknown when it cannot be read."""
        try:
            answer = await self._inquire(account, standing)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{doubt.detail} The lookup failed too: {error.detail}") from error
        total = facts.given_back(standing, answer, setting(account, "card_status_table"), part)
        if total is None:
            raise OutcomeUnknown(f"{doubt.detail} The transaction does not say how much went back.")
        return RefundSettled(total, facts.CURRENCY) if total >= standing.refunded + part else None

    async def _looked_up(self, account: Account, standing: Standing, lost: OutcomeUnknown) -> Sequence[Fact]:
        try:
            return await self.inquire(account, standing)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error

    async def _closed_card(self, account: Account, standing: Standing) -> Sequence[Fact]:
        """The payer may have paid between our look and our cancel: then the money came and went, and the books want both."""
        try:
            return await self.inquire(account, standing) or (Cancelled(),)
        except UpstreamFailed:
            log.warning("nicepay.cancel_unconfirmed", attempt=standing.reference)
            return (Cancelled(),)

    async def _inquire(self, account: Account, standing: Standing) -> wire.Inquired:
        if not standing.provider_reference:
            raise OutcomeUnknown("NICEPAY cannot be asked about an order whose tXid we never learnt.")
        who, stamp = merchant(account, standing.method), jakarta.stamp(standing.now)
        amt = str(standing.amount.amount)
        question = wire.Inquiry(
            time_stamp=stamp,
            t_xid=standing.provider_reference,
            i_mid=who.imid,
            reference_no=standing.reference,
            amt=amt,
            merchant_token=order_token(stamp, who.imid, standing.reference, amt, who.key),
        )
        answer = await self._client.inquire(_endpoint(account), question)
        if facts.declined(answer):
            raise OutcomeUnknown("NICEPAY answered an inquiry with a decline.")
        return answer

    async def _cancel(self, account: Account, standing: Standing, part: int, *, full: bool, why: str) -> wire.Cancelled:
        if not standing.provider_reference:
            raise OutcomeUnknown("NICEPAY cannot cancel an order whose tXid we never learnt.")
        who, stamp = merchant(account, standing.method), jakarta.stamp(standing.now)
        order = wire.Cancel(
            time_stamp=stamp,
            i_mid=who.imid,
            t_xid=standing.provider_reference,
            reference_no=standing.reference,
            pay_method=PAY_METHODS[standing.method],
            cancel_type="1" if full else "2",
            amt=str(part),
            cancel_msg=cleaning.words(why, 255) or "Refund",
            merchant_token=cancel_token(stamp, who.imid, standing.provider_reference, str(part), who.key),
        )
        return await self._client.cancel(_endpoint(account), order)


def _endpoint(account: Account) -> Endpoint:
    return Endpoint(base_url(account), float(number(account, "timeout_s")))


def _terms(account: Account, method: Method) -> MethodTerms:
    card = method is Method.CARD
    banks = [name for name in setting(account, "banks").split() if name in BANKS]
    return MethodTerms(
        method=method,
        effect=Effect.INSTRUCTS,
        lookup=Lookup.BY_THEIRS,
        currency=facts.CURRENCY,
        least=number(account, f"least_{method}"),
        most=min(number(account, f"most_{method}"), 999_999_999_999),
        option=None if card else "bank",
        options=() if card else tuple(MethodOption(name, TITLES[name]) for name in banks),
        cancel=True,
        refund=card,
        partial_refund=card,
    )


def _order(account: Account, submission: Submission) -> wire.Registration:
    assert submission.amount.currency == facts.CURRENCY, f"NICEPAY takes rupiah, not {submission.amount.currency}"
    who, stamp = merchant(account, submission.method), jakarta.stamp(submission.now)
    amt, card = str(submission.amount.amount), submission.method is Method.CARD
    until = "" if card else jakarta.stamp(submission.expires_at)
    goods_nm = cleaning.words(submission.description, 100) or "Pembayaran"
    return wire.Registration(
        time_stamp=stamp,
        i_mid=who.imid,
        pay_method=PAY_METHODS[submission.method],
        currency=facts.CURRENCY,
        amt=amt,
        reference_no=submission.reference,
        goods_nm=goods_nm,
        billing_nm=cleaning.letters(submission.payer.name, 30) or setting(account, "billing_name"),
        billing_phone=cleaning.digits(submission.payer.phone, 15) or setting(account, "billing_phone"),
        billing_email=cleaning.email(submission.payer.email, 40) or setting(account, "billing_email"),
        billing_addr=setting(account, "billing_address"),
        billing_city=setting(account, "billing_city"),
        billing_state=setting(account, "billing_state"),
        billing_post_cd=setting(account, "billing_postcode"),
        billing_country=setting(account, "billing_country"),
        db_process_url=account.hook_url,
        merchant_token=order_token(stamp, who.imid, submission.reference, amt, who.key),
        cart_data=cart_data(goods_nm, amt) if card else "{}",
        description=submission.payment,
        bank_cd="" if card else BANKS[submission.options["bank"]],
        vacct_valid_dt=until[:8],
        vacct_valid_tm=until[8:],
        call_back_url=submission.return_url if card else "",
        user_ip=(cleaning.ipv4(submission.payer.ip) or "127.0.0.1") if card else "",
        instmnt_type="2" if card else "",  # instalments at the merchant's cost, of which there are none:
        instmnt_mon="1" if card else "",  # one month is full payment
        recurr_opt="2" if card else "",  # no token of the card is wanted
    )
