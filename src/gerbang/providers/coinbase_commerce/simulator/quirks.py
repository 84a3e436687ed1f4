"""Every point where Commerce's documents are silent or contradict each other, as one switch each. No behaviour in here.

The default is the position that the notes hold to be likeliest (section given beside each); a client must live with all of them.
"""

from typing import Final, Literal

import msgspec

# 2.6: exponential, at most an hour apart, for three days; the steps are not published.
_RETRY_S: Final = (*(float(2**n) for n in range(12)), *([3_600.0] * 70))


class Quirks(msgspec.Struct, frozen=True):
    """Positions of all switches; `webhook_retry_s` alone is a list: the seconds before each further try."""

    closed: Literal["open", "410", "404"] = "open"  # 1: what the closed service answers
    # 2.4: on chain, COMPLETED came 14 minutes after PENDING
    completion: Literal["at_once", "after_14_minutes"] = "at_once"
    crypto_local_price: Literal["accepted", "refused"] = "accepted"  # 2.2: may local_price be in USDC or ETH?
    empty_fields: Literal["null", "absent"] = "null"  # 2.3
    intent_prefix: Literal["k2", "none"] = "k2"  # 3: what stands before the signed hash
    hydrate: Literal["accepted", "not_found"] = "accepted"  # 2.1: the path is not confirmed
    web3_cancel: Literal["not_found", "invalid_request"] = "not_found"  # 2.1: there is no such call
    legacy_validity_min: Literal["60", "15"] = "60"  # 2.3: the oldest samples against later ones
    # 2.6: of UNRESOLVED that is not too little
    overpaid_event: Literal["charge:confirmed", "charge:failed"] = "charge:confirmed"
    completed_context: Literal["absent", "present"] = "absent"  # 2.4
    exchange_rates: Literal["absent", "present"] = "absent"  # 2.3: late legacy payloads
    metadata_numbers: Literal["as_text", "as_sent"] = "as_text"  # 2.7: 159 came back as "159.0"
    name_length: Literal["100", "200"] = "100"  # 2.2
    description_length: Literal["200", "500"] = "200"  # 2.2
    webhook_retry_s: tuple[float, ...] = _RETRY_S
