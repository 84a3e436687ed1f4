"""Switches for what the notes leave open or say in two ways; the first position of each is the default. The number is the notes' paragraph."""

from typing import Literal

import msgspec


class Quirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    push: Literal["on", "off"] = "on"  # PUT /control/lazada/push
    push_stop: Literal["above_half", "never"] = "above_half"  # 9.2: failures above 50 % end it
    error_http_status: Literal["200", "400"] = "200"  # 3: what SDKs assume is unverified
    foreign_token: Literal["IllegalAccessToken", "16"] = "IllegalAccessToken"  # noqa: S105  a code (1: a token at another country's host)
    old_tokens: Literal["live", "die"] = "live"  # (4.3: does a refresh kill what it replaces?)
    token_list: Literal["country_user_info", "country_user_info_list"] = "country_user_info"  # noqa: S105  a name (4.3)
    country_case: Literal["lower", "upper"] = "lower"  # 4.2
    refresh_expires_in: Literal["number", "text"] = "number"  # 4.2
    test_refresh_days: Literal["30", "14"] = "30"  # 4.2
    offset_limit: Literal["4500", "5000"] = "4500"  # 5.1
    orders_limit: Literal["50", "100"] = "50"  # 5.3: ids of /orders/items/get
    updated_at: Literal["seconds", "distinct"] = "seconds"  # 5.2: may two changes of one second tell the same time?
    scalars: Literal["typed", "strings"] = "typed"  # 0: numbers as the guides, or texts as the reference shows them
    district: Literal["as_documented", "spelt_right"] = "as_documented"  # 5.1: addressDsitrict in /orders/get
    ready_to_ship: Literal["at_once", "pending_first"] = "at_once"  # 5.5: ready_to_ship_pending
    reverse_idr: Literal["cents", "rupiah"] = "cents"  # 7.3: unverified
    carrier: Literal["by_clock", "by_control"] = "by_clock"  # do parcels move by the sandbox's clock?
    rates: Literal["strict", "off"] = "strict"  # 3.1
    fees: Literal["known", "one_unknown"] = "known"  # 8.4: a kind of fee that nobody has heard of
    paid_status: Literal["words", "letters"] = "words"  # 8.4: "Paid" / "Not paid", or Yes / No
