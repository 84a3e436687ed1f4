"""NICEPAY's SNAP as a payment provider: virtual accounts, QRIS and e-wallets. Calls and lookups; facts.py says what they mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from gerbang.base import ids, ip
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Accepted, Cancelled, Declined, Fact, RefundSettled
from gerbang.ports.next_action import DisplayVirtualAccount
from gerbang.ports.payment import (
    Account,
    Lookup,
    Method,
    MethodTerms,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)
from gerbang.providers.nicepay import cleaning, timestamps
from gerbang.providers.nicepay.account import BANKS, WALLETS, base_url, chosen, longest_expiry_s, number
from gerbang.providers.nicepay.account import setting as shared
from gerbang.providers.nicepay.client import cart_data
from gerbang.providers.nicepay.snap import facts, wire
from gerbang.providers.nicepay.snap.account import (
    DIALECT,
    METHODS,
    MOST,
    channel_id,
    client,
    client_id,
    setting,
    speaks,
)
from gerbang.providers.nicepay.snap.client import (
    Client,
    Endpoint,
    InProgress,
    NoSuchTransaction,
    QuestionRefused,
    TakenBefore,
)
from gerbang.providers.nicepay.terms import options
from gerbang.providers.nicepay.wire import text

log = structlog.get_logger(__name__)

_LONGEST_S: Final = 20.0  # a submission that takes longer is taken for lost


class SnapPayments:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """What is activated and has a client id; offered is what the setting `snap` names."""
        active = chosen(account, "methods")
        return [
            _terms(account, method)
            for method in METHODS
            if method.value in active and client_id(account.settings, method)
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Register the order. Our reference used before (409) is OutcomeUnknown: the answer with its tXid is lost."""
        at = endpoint_of(account, submission.method, submission.now)
        match submission.method:
            case Method.QRIS:
                made = await self._client.make_qris(at, _new_qris(account, submission))
                return (facts.declined(made) or facts.qris(submission, made),)
            case Method.EWALLET:
                if submission.options["wallet"] == facts.IN_THE_APP and not _phone(submission):
                    return (
                        Declined(
                            DeclineCode.PHONE_NEEDED,
                            "OVO asks on the payer's phone, and no mobile of Indonesia is known.",
                        ),
                    )
                made = await self._client.pay_wallet(at, _new_wallet(account, submission))
                return (facts.declined(made) or facts.wallet(submission, made, at.base_url),)
            case _:
                answer = await self._client.create_account(at, _new_account(account, submission))
                return (facts.declined(answer) or facts.virtual_account(submission, answer),)

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """What NICEPAY says now, by our reference too. A status that is in no table is logged and changes nothing."""
        try:
            said = await self._ask(account, submitted)
        except NoSuchTransaction:
            if submitted.provider_reference:
                raise
            return facts.missing(submitted).facts
        except QuestionRefused:
            if submitted.provider_reference:
                raise
            return (facts.NOT_FOUND_BY_OURS,)
        finding = facts.inquired(submitted, said)
        if finding.oddity:
            log.warning(
                "nicepay.inquiry_odd", attempt=submitted.reference, method=submitted.method, alert=finding.oddity
            )
        return facts.learnt(submitted, said, finding.facts)

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Close an unpaid virtual account. When NICEPAY refuses and it is simply still open, the answer is empty."""
        if submitted.method is not Method.VIRTUAL_ACCOUNT:
            return await self.inquire(account, submitted)  # SNAP closes nothing else
        order = wire.AccountEnd(
            virtual_account_no=_shown_number(submitted),
            trx_id=submitted.reference,
            additional_info=wire.AccountEndInfo(
                total_amount=wire.rupiah(submitted.amount.amount),
                t_xid_va=submitted.provider_reference,
                cancel_message="Cancelled",
            ),
        )
        try:
            answer = await self._client.delete_account(endpoint_of(account, submitted.method, submitted.now), order)
        except OutcomeUnknown as lost:
            known = await self._looked_up(account, submitted, lost)
            if known:
                return known
            raise
        if facts.declined(answer):
            return await self._looked_up(account, submitted, OutcomeUnknown("NICEPAY refused to cancel."))
        return (Cancelled(),)

    async def refund(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        """Give all of a payment back. A lost answer and a refusal are looked up: either may be the echo of a try that arrived.

        What NICEPAY does at its leisure is Accepted under our number; a refusal while an earlier ask may be under way says nothing of that.
        """
        if submitted.method is Method.VIRTUAL_ACCOUNT:
            return (Declined("refund_not_supported", "NICEPAY cannot give a paid virtual account back."),)
        if not refund_request.full:
            return (Declined("partial_refund_not_supported", "SNAP gives back whole payments only."),)
        part = refund_request.amount.amount
        try:
            answer = await self._give_back(account, submitted, refund_request)
        except OutcomeUnknown as lost:
            settled = await self._arrived(account, submitted, part, lost)
            if settled is not None:
                return (settled,)
            if isinstance(lost, InProgress | TakenBefore):
                return (Accepted(ids.show("ref", refund_request.refund)),)
            raise
        except ProviderRefused as refused:
            if refund_request.again:
                raise OutcomeUnknown(f"The earlier ask may be under way: {refused.detail}") from refused
            raise
        refusal = facts.declined(answer)
        if refusal is None and _is_ours(answer, refund_request):
            return (RefundSettled(submitted.refunded + part, facts.CURRENCY, text(answer.refund_no) or None),)
        odd = OutcomeUnknown("NICEPAY's answer to the refund does not settle it.")
        settled = await self._arrived(account, submitted, part, odd)
        if settled is not None:
            return (settled,)
        if refusal is not None and not refund_request.again:
            return (refusal,)
        raise odd

    async def _arrived(
        self, account: Account, submitted: SubmittedAttempt, part: int, doubt: OutcomeUnknown
    ) -> RefundSettled | None:
        """The refund as the transaction shows it, None when it shows none; OutcomeUnknown when it cannot be read."""
        try:
            total = facts.settled(submitted, await self._ask(account, submitted), part)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{doubt.detail} The lookup failed too: {error.detail}") from error
        return None if total is None else RefundSettled(total, facts.CURRENCY)

    async def _looked_up(self, account: Account, submitted: SubmittedAttempt, lost: OutcomeUnknown) -> Sequence[Fact]:
        try:
            return await self.inquire(account, submitted)
        except UpstreamFailed as error:
            raise OutcomeUnknown(f"{lost.detail} The lookup failed too: {error.detail}") from error

    async def _ask(self, account: Account, submitted: SubmittedAttempt) -> facts.Said:
        at, reference = endpoint_of(account, submitted.method, submitted.now), submitted.provider_reference
        match submitted.method:
            case Method.QRIS:
                question = wire.QrisQuestion(
                    merchant_id=at.client.id,
                    external_store_id=shared(account, "shop_id"),
                    original_reference_no=reference,
                    original_partner_reference_no=submitted.reference,
                    service_code=setting(account, "snap_qris_service_code"),
                )
                status = await self._client.qris_status(at, question)
            case Method.EWALLET:
                status = await self._client.wallet_status(at, _wallet_question(at, submitted))
            case _:
                asked = _account_question(submitted)
                answer = await self._client.account_status(at, asked)
                _must_tell(answer)
                return facts.account_said(submitted, answer)
        _must_tell(status)
        return facts.status_said(submitted, status)

    async def _give_back(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> wire.Refunded:
        at = endpoint_of(account, submitted.method, submitted.now)
        reason = cleaning.words(refund_request.reason, 100) or "Refund"
        number_, amount = ids.show("ref", refund_request.refund), wire.rupiah(refund_request.amount.amount)
        if submitted.method is Method.QRIS:
            return await self._client.refund_qris(
                at,
                wire.QrisRefund(
                    merchant_id=at.client.id,
                    external_store_id=shared(account, "shop_id"),
                    original_reference_no=submitted.provider_reference,
                    original_partner_reference_no=submitted.reference,
                    partner_refund_no=number_,
                    refund_amount=amount,
                    reason=reason,
                    additional_info={"cancelType": "1"},
                ),
            )
        return await self._client.refund_wallet(
            at,
            wire.WalletRefund(
                partner_refund_no=number_,
                merchant_id=at.client.id,
                original_partner_reference_no=submitted.reference,
                original_reference_no=submitted.provider_reference,
                external_store_id=shared(account, "shop_id"),
                reason=reason,
                refund_amount=amount,
                additional_info={"refundType": "1"},
            ),
        )


def endpoint_of(account: Account, method: Method, now: datetime) -> Endpoint:
    """Where and as whom a method is called. Raises ProviderRefused when the connection lacks something, before anything is sent."""
    who = client(account, method)
    timeout_s = min(float(number(account, "timeout_s")), _LONGEST_S)
    return Endpoint(
        base_url=base_url(account),
        connection=account.connection,
        client=who,
        channel_id=channel_id(account, who),
        now=now,
        timeout_s=timeout_s,
    )


def _terms(account: Account, method: Method) -> MethodTerms:
    """A wallet may ask the payer in its app at once, so a lost answer must be found and the order never sent again."""
    option, choices = options(account, method)
    wallet = method is Method.EWALLET
    return MethodTerms(
        method=method,
        effect=SubmissionEffect.MAY_CHARGE if wallet else SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_OUR_REFERENCE if wallet else Lookup.BY_THEIRS,
        currency=facts.CURRENCY,
        least=number(account, f"least_{method}"),
        most=min(number(account, f"most_{method}"), MOST),
        option=option,
        options=choices,
        cancel=method is Method.VIRTUAL_ACCOUNT,
        refund=method is not Method.VIRTUAL_ACCOUNT,
        longest_expiry_s=longest_expiry_s(account, method),
        dialect=DIALECT,
        offered=speaks(account.settings, method),
    )


def _new_account(account: Account, submission: Submission) -> wire.NewAccount:
    until = timestamps.stamp(submission.expires_at)
    name = cleaning.letters(submission.payer.name, 100) or shared(account, "billing_name")
    return wire.NewAccount(
        virtual_account_name=name,
        trx_id=submission.reference,
        total_amount=wire.rupiah(submission.amount.amount),
        additional_info=wire.NewAccountInfo(
            bank_cd=BANKS[submission.options["bank"]],
            goods_nm=_goods(submission),
            db_process_url=account.hook_url,
            vacct_valid_dt=until[:8],
            vacct_valid_tm=until[8:],
        ),
    )


def _new_wallet(account: Account, submission: Submission) -> wire.NewWallet:
    amount, goods = wire.rupiah(submission.amount.amount), _goods(submission)
    return wire.NewWallet(
        partner_reference_no=submission.reference,
        merchant_id=client_id(account.settings, submission.method),
        valid_up_to=_validity(account, submission),
        amount=amount,
        url_param=(
            wire.UrlParam(url=account.hook_url, type="PAY_NOTIFY"),
            wire.UrlParam(url=submission.return_url, type="PAY_RETURN"),
        ),
        additional_info=wire.NewWalletInfo(
            mitra_cd=WALLETS[submission.options["wallet"]],
            goods_nm=goods,
            billing_nm=cleaning.letters(submission.payer.name, 30) or shared(account, "billing_name"),
            billing_phone=_phone(submission) or shared(account, "billing_phone"),
            cart_data=cart_data(goods, amount.value),
            db_process_url=account.hook_url,
            call_back_url=submission.return_url,
        ),
    )


def _new_qris(account: Account, submission: Submission) -> wire.NewQris:
    payer, goods = submission.payer, _goods(submission)
    return wire.NewQris(
        merchant_id=client_id(account.settings, submission.method),
        partner_reference_no=submission.reference,
        store_id=shared(account, "shop_id"),
        validity_period=_validity(account, submission),
        amount=wire.rupiah(submission.amount.amount),
        additional_info=wire.NewQrisInfo(
            mitra_cd=shared(account, "qris_issuer"),
            goods_nm=goods,
            billing_nm=cleaning.letters(payer.name, 30) or shared(account, "billing_name"),
            billing_phone=_phone(submission) or shared(account, "billing_phone"),
            billing_email=cleaning.email(payer.email, 40) or shared(account, "billing_email"),
            billing_addr=shared(account, "billing_address"),
            billing_city=shared(account, "billing_city"),
            billing_state=shared(account, "billing_state"),
            billing_post_cd=shared(account, "billing_postcode"),
            billing_country=shared(account, "billing_country"),
            user_ip=ip.as_ipv4(payer.ip) or shared(account, "user_ip"),
            cart_data=cart_data(goods, str(submission.amount.amount)),
            call_back_url=submission.return_url,
            db_process_url=account.hook_url,
        ),
    )


def _account_question(submitted: SubmittedAttempt) -> wire.AccountQuestion:
    return wire.AccountQuestion(
        virtual_account_no=_shown_number(submitted),
        inquiry_request_id="",
        additional_info=wire.AccountQuestionInfo(
            total_amount=wire.rupiah(submitted.amount.amount),
            trx_id=submitted.reference,
            t_xid_va=submitted.provider_reference,
        ),
    )


def _wallet_question(at: Endpoint, submitted: SubmittedAttempt) -> wire.WalletQuestion:
    return wire.WalletQuestion(
        merchant_id=at.client.id,
        original_partner_reference_no=submitted.reference,
        original_reference_no=submitted.provider_reference,
        transaction_date=timestamps.stamp(submitted.made_at or submitted.now),
        amount=wire.rupiah(submitted.amount.amount),
    )


def _must_tell(answer: wire.Result) -> None:
    if facts.declined(answer):
        raise OutcomeUnknown("NICEPAY answered an inquiry with a decline.")


def _is_ours(answer: wire.Refunded, refund_request: RefundRequest) -> bool:
    mine = {"", ids.show("ref", refund_request.refund)}
    silent = not wire.value(answer.refund_amount)
    whole = silent or wire.whole(answer.refund_amount) == refund_request.amount.amount
    return whole and text(answer.partner_refund_no) in mine


def _shown_number(submitted: SubmittedAttempt) -> str:
    """The virtual account number that the payer was shown; empty, as NICEPAY allows, when its answer was lost."""
    return submitted.next_action.number if isinstance(submitted.next_action, DisplayVirtualAccount) else ""


def _validity(account: Account, submission: Submission) -> str:
    return timestamps.iso(submission.expires_at) if setting(account, "snap_validity") == "ours" else ""


def _goods(submission: Submission) -> str:
    return cleaning.words(submission.description, 100) or "Pembayaran"


def _phone(submission: Submission) -> str:
    """The payer's number; OVO knows its payers by it as Indonesians write it."""
    ovo = submission.options.get("wallet") == facts.IN_THE_APP
    return (cleaning.local_phone if ovo else cleaning.phone_digits)(submission.payer.phone)
