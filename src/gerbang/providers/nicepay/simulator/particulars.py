"""What a registration gets beside a tXid, method by method: a number, a code, a QR, a partner's page; and what each asks for that.

Source: notes 2, 3.3, 5.1 and 5.2. Where they name no code for a missing field of one method, 9003 (invalid order) is ours.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerbang.providers.nicepay.simulator import emv, partners
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.fields import Fields, text
from gerbang.providers.nicepay.simulator.numbers import BANKS
from gerbang.providers.nicepay.simulator.orders import (
    CONVENIENCE_STORE,
    IN_AN_APP,
    PAYLOAN,
    QRIS,
    VIRTUAL_ACCOUNT,
)
from gerbang.providers.nicepay.simulator.refusals import Refused
from gerbang.providers.nicepay.simulator.world import Merchant, World

_TWO_DAYS: Final = timedelta(days=2)
_HALF_AN_HOUR: Final = timedelta(minutes=30)
_DELIVERY: Final = ("Nm", "Phone", "Addr", "City", "State", "PostCd", "Country")
_MONTHS: Final = frozenset({"1", "3", "6", "12"})


def particulars(
    world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime, *, hosted: bool
) -> dict[str, Any]:
    """The fields of an Order that its method decides, the tXid among them; raises Refused. On the hosted page the payer may choose a bank."""
    method = text(fields, "payMethod")
    if method == VIRTUAL_ACCOUNT:
        return _account(world, fields, merchant, amount, now, bankless=hosted and not text(fields, "bankCd"))
    if method == CONVENIENCE_STORE:
        return _code(world, fields, merchant, amount, now)
    if amount < 1:
        raise Refused("9115")
    txid = world.numbers.txid(merchant.imid, method, now)
    if method == QRIS:
        return {"txid": txid, **_qr(fields, merchant, txid, amount, now)}
    if method in IN_AN_APP:
        return {"txid": txid, **_app(fields, method)}
    return {"txid": txid}


def _account(
    world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime, *, bankless: bool
) -> dict[str, Any]:
    bank = BANKS.get(code := text(fields, "bankCd"))
    if bank is None and not bankless:
        raise Refused("9205")
    if amount < 1:
        raise Refused("9209")
    codes = {"malformed": "9210", "length": "9211", "past": world.quirks.past_expiry}
    until = _until(fields, "vacctValid", now, _TWO_DAYS, codes)
    customer = text(fields, "merFixAcctId")
    if bank is None:
        txid, number = world.numbers.txid(merchant.imid, VIRTUAL_ACCOUNT, now), ""
    elif customer:
        number = world.numbers.fixed_account(bank, customer, world.quirks)
        txid = world.numbers.txid(merchant.imid, VIRTUAL_ACCOUNT, now)
    else:
        txid, number = world.numbers.account(merchant.imid, bank, now, world.quirks)
    return {"txid": txid, "number": number, "bank": code, "valid_until": until, "customer": customer}


def _code(world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime) -> dict[str, Any]:
    partner = _partner(fields)
    if amount < 1:
        raise Refused("9509")
    codes = {"malformed": "9510", "length": "9511", "past": "9510"}
    until = _until(fields, "payValid", now, _TWO_DAYS, codes)
    txid, number = world.numbers.code(merchant.imid, now)
    return {"txid": txid, "number": number, "partner": partner, "valid_until": until}


def _qr(fields: Fields, merchant: Merchant, txid: str, amount: int, now: datetime) -> dict[str, Any]:
    partner = _partner(fields)
    codes = {"malformed": "9031", "length": "9031", "past": "9031"}
    until = _until(fields, "paymentExp", now, _HALF_AN_HOUR, codes)
    number = emv.content(txid, partner, merchant.name.partition(",")[0], amount)
    return {"number": number, "partner": partner, "valid_until": until}


def _app(fields: Fields, method: str) -> dict[str, Any]:
    partner = _partner(fields)
    if method == PAYLOAN:
        if text(fields, "instmntType") not in {"1", "2"}:
            raise Refused("9118")
        if text(fields, "instmntMon") not in _MONTHS:
            raise Refused("9029")
        if not all(text(fields, f"delivery{name}") for name in _DELIVERY):
            raise Refused("9003")
        if partner == partners.AKULAKU and not _sellers(fields):
            raise Refused("9003")
    return {"partner": partner, "phone": text(fields, "billingPhone")}


def _partner(fields: Fields) -> str:
    method, partner = text(fields, "payMethod"), text(fields, "mitraCd")
    if partner not in partners.PARTNERS[method]:
        raise Refused(partners.UNKNOWN_PARTNER[method])
    return partner


def _sellers(fields: Fields) -> bool:
    """Whether the sellers field is a JSON list of at least one, inside a string; Akulaku wants to know who sells."""
    try:
        return bool(msgspec.json.decode(text(fields, "sellers"), type=list[dict[str, Any]]))
    except (msgspec.DecodeError, RecursionError):
        return False


def _until(fields: Fields, prefix: str, now: datetime, otherwise: timedelta, codes: Mapping[str, str]) -> datetime:
    """`...Dt` and `...Tm`; both empty means `otherwise` from now. Raises Refused for a malformed, short or past one."""
    date, time = text(fields, f"{prefix}Dt"), text(fields, f"{prefix}Tm")
    if not date and not time:
        return now.replace(microsecond=0) + otherwise
    if len(date) != 8 or len(time) != 6:
        raise Refused(codes["length"])
    until = read.moment(date, time)
    if until is None:
        raise Refused(codes["malformed"])
    if until <= now:
        raise Refused(codes["past"])
    return until
