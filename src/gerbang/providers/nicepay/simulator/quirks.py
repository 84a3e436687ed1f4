"""Every point where NICEPAY's documents are silent or contradict each other, as one switch each. No behaviour in here.

The default is the position that the notes hold to be likeliest (section given beside each); a client must live with all of them.
"""

from typing import Literal

import msgspec


class Quirks(msgspec.Struct, frozen=True):
    """Positions of all switches; `notification_retry_s` alone is a list: the seconds before each further try."""

    cancelled_va_status: Literal["4", "1", "3"] = "4"  # 10.1: not in the table of states
    second_cancel: Literal["9315", "9314"] = "9315"  # 5.6
    trans_before_payment: Literal["null", "registration"] = "null"  # 5.5: transDt and transTm of an unpaid order
    empty_fields: Literal["null", "absent"] = "null"  # 5.1: samples of 2020 against those of 2024
    amount_number: Literal["accepted", "refused"] = "accepted"  # 2: amt as a JSON number
    issuer_field: Literal["issuBankCd", "IssueBankCd"] = "issuBankCd"  # 8.1: one page, two spellings
    card_statuses: Literal["current", "of_2020"] = "current"  # 3.4
    reference_after_end: Literal["refused", "accepted"] = "refused"  # 10.2: reuse after expiry or cancel
    error_http_status: Literal["200", "400"] = "200"  # 2
    past_expiry: Literal["9210", "9211"] = "9210"  # 10.3, 11
    unknown_transaction: Literal["by_method", "8005", "9228"] = "by_method"  # 3.5
    inquiry_mismatch: Literal["9003", "9010", "accepted"] = "9003"  # 5.5: amt or referenceNo is not the registered one
    inquiry_amount_when_mispaid: Literal["paid", "registered"] = "paid"  # 5.5
    notified_amount_when_mispaid: Literal["paid", "registered"] = "paid"  # 8.1
    notified_trans_time: Literal["payment", "registration"] = "payment"  # 8.1
    notification_accepts: Literal["any_2xx", "only_200"] = "any_2xx"  # 8.1
    notification_on_cancel: Literal["none", "sent"] = "none"  # 8.1: is a void or refund of ours told back as status 1?
    notification_retry_s: tuple[float, ...] = (1.0, 5.0, 30.0)  # 8.1
    inquiry_message: Literal["word", "success"] = "word"  # 3.4: the list of words is not known
    status_after_partial_refund: Literal["paid", "refund"] = "paid"  # 3.4
    cancel_amount: Literal["total", "last", "absent"] = "total"  # 5.5: does cancelAmt add up, and is it always there?
    partial_refunds: Literal["many", "once"] = "many"  # 3.5: 9317
    partial_refunds_elsewhere: Literal["refused", "accepted"] = "refused"  # 3.5: parts of anything but a card
    before_payment_step: Literal["9", "3"] = "9"  # 3.4, 10.1: status of a wallet or loan that nobody has opened
    qris_request: Literal["either", "json", "form"] = "either"  # 5.1: one page wants a form, every SDK sends JSON
    payment_url: Literal["bare", "with_txid"] = "bare"  # 5.4: does paymentURL carry tXid?
    mandiri_number: Literal["twenty", "eighteen"] = "twenty"  # 3.2: the sample is longer than the table allows
    billing_name_length: Literal["100", "30"] = "100"  # 5.1
    fixed_account: Literal["n8", "an40"] = "n8"  # 5.1: length of merFixAcctId
    cart_item_object: Literal["accepted", "refused"] = "accepted"  # 5.2: item as one object instead of a list
    timestamp_tolerance: Literal["none", "five_minutes"] = "none"  # 2
    snap_account_table: Literal["b", "a"] = "b"  # 7.7: what 01, 04 and 05 of a virtual account mean
    snap_account_status: Literal["both", "inside", "beside"] = "both"  # 7.2: where latestTransactionStatus sits
    snap_account_notice: Literal["snap", "v2_names"] = "snap"  # 8.2: one plugin reads V2's names
    # 7.2, 7.4: does an answer say whose order it is, and its amount?
    snap_status_names: Literal["told", "silent"] = "told"
    snap_status_words: Literal["told", "silent"] = "told"  # 7.7: is transactionStatusDesc filled?
    snap_external_id: Literal["unique", "numeric", "unchecked"] = "unique"  # 6.2, 7.6
    snap_new_token: Literal["keeps", "revokes"] = "keeps"  # noqa: S105  a switch (6.2: do older tokens live on?)
    snap_qris_service_code: Literal["either", "47", "51"] = "either"  # 7.4
    snap_lookup: Literal["by_ours", "by_theirs"] = "by_ours"  # 7.3: may originalReferenceNo be empty?
    snap_unknown: Literal["refused", "status_07"] = "refused"  # 7.6, 7.7: an order that is not there
    snap_mismatch: Literal["not_found", "accepted"] = "not_found"  # our reference and theirs are of two orders
    snap_void_status: Literal["04", "05"] = "04"  # 7.7: given back on the day of the payment
    snap_refund: Literal["at_once", "later", "fails_later", "refused"] = "at_once"  # 7.3
    snap_refund_again: Literal["duplicate", "not_permitted"] = "duplicate"  # 7.6: partnerRefundNo used before
