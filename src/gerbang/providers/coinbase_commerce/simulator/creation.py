"""POST /charges: checks, then the charge stands (notes 2.2, 2.3). The order of the checks is ours; it is not documented."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.coinbase_commerce.simulator.charges import WEB3, Changed, Charge, TimelineEntry
from gerbang.providers.coinbase_commerce.simulator.notify import told
from gerbang.providers.coinbase_commerce.simulator.refusals import Refused
from gerbang.providers.coinbase_commerce.simulator.views import COINS, DECIMALS, RATES, charge_view
from gerbang.providers.coinbase_commerce.simulator.world import Merchant, World

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_WEB3_VALIDITY: Final = timedelta(hours=48)
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


def create(world: World, request: Request, now: datetime) -> Outcome:
    """One new charge, or Refused."""
    merchant, fields = world.caller(request), body_of(request)
    name, description = text(fields, "name"), text(fields, "description")
    if not name or not description:
        raise Refused("param_required", f"{'name' if not name else 'description'} is required")
    if len(name) > int(world.quirks.name_length) or len(description) > int(world.quirks.description_length):
        raise Refused("validation_error", "name or description is too long")
    local, asset, amount = _price(world, merchant, fields)
    charge = _charge(world, request, merchant, fields, now)
    charge = msgspec.structs.replace(charge, local=local, asset=asset, amount=amount)
    world.book.apply(made := Changed(charge.reference, amount, now, "charge:created", charge))
    answer = world.answer(request, {"data": charge_view(world, charge)}, 201)
    return Outcome(answer, (made,), told(world, made))


def body_of(request: Request) -> Mapping[str, Any]:
    """A JSON object; raises Refused for anything else."""
    try:
        return _decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("invalid_request", "The body is no JSON object") from error


def text(fields: Mapping[str, Any], name: str) -> str:
    """A field of text, empty when it is absent; raises Refused for another kind."""
    value = fields.get(name) or ""
    if not isinstance(value, str):
        raise Refused("validation_error", f"{name} is no text")
    return value


def _price(world: World, merchant: Merchant, fields: Mapping[str, Any]) -> tuple[tuple[str, str], str, int]:
    """The price as given, the asset it is counted in, and its base units rounded up; nothing for `no_price`."""
    kind = text(fields, "pricing_type")
    if kind == "no_price":
        return ("", ""), "USDC", 0
    if kind != "fixed_price":
        raise Refused("validation_error", "pricing_type is fixed_price or no_price")
    local = fields.get("local_price")
    if not isinstance(local, dict) or not local.get("amount") or not local.get("currency"):
        raise Refused("param_required", "local_price is required")
    currency, amount = str(local["currency"]), str(local["amount"])
    if currency not in RATES or (currency in COINS and world.quirks.crypto_local_price == "refused"):
        raise Refused("validation_error", f"{currency} is not a currency that prices may be in")
    try:
        price = Decimal(amount)
    except InvalidOperation as error:
        raise Refused("validation_error", "local_price.amount is no number") from error
    if not price.is_finite() or not Decimal("0.000001") <= price <= 10**9:
        raise Refused("validation_error", "local_price.amount is too small or too large")
    asset = currency if currency in COINS and merchant.generation != WEB3 else "USDC"
    worth = price * RATES[currency] / RATES[asset]
    units = int(worth.scaleb(DECIMALS[asset]).to_integral_value(ROUND_CEILING))
    return (amount, currency), asset, units


def _charge(world: World, request: Request, merchant: Merchant, fields: Mapping[str, Any], now: datetime) -> Charge:
    seed = f"{merchant.name}:{world.book.count()}:{now.isoformat()}"
    id_, code = str(uuid5(NAMESPACE_URL, seed)), _code(seed)
    web3 = merchant.generation == WEB3
    validity = _WEB3_VALIDITY if web3 else timedelta(minutes=int(world.quirks.legacy_validity_min))
    metadata = fields.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise Refused("validation_error", "metadata is no object")
    charge = Charge(
        id=id_,
        code=code,
        merchant=merchant.name,
        generation=merchant.generation,
        name=text(fields, "name"),
        description=text(fields, "description"),
        local=("", ""),
        asset="USDC",
        amount=0,
        metadata=metadata,
        hosted_url="",
        created_at=now,
        expires_at=now + validity,
        timeline=(TimelineEntry(now, "NEW"),),
        redirect_url=text(fields, "redirect_url"),
        cancel_url=text(fields, "cancel_url"),
        addresses={} if web3 else {coin: _address(seed, coin) for coin in COINS.values()},
    )
    return msgspec.structs.replace(charge, hosted_url=f"{request.base_url}/{charge.page}")


def _code(seed: str) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in sha256(seed.encode()).digest()[:8])


def _address(seed: str, coin: str) -> str:
    return "0x" + sha256(f"{seed}:{coin}".encode()).digest()[:20].hex()
