"""A charge as the API and the events show it, in either generation (notes 2.3). Amounts are decimal text, or base units inside an intent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from gerbang.providers.coinbase_commerce.simulator import intents
from gerbang.providers.coinbase_commerce.simulator.charges import WEB3, Charge, Payment, TimelineEntry
from gerbang.providers.coinbase_commerce.simulator.world import World

DECIMALS: Final = {"USDC": 6, "ETH": 18}
RATES: Final = {"USDC": Decimal(1), "USD": Decimal(1), "ETH": Decimal(3_000)}
COINS: Final = {"USDC": "usdc", "ETH": "ethereum"}


def charge_view(world: World, charge: Charge) -> dict[str, Any]:
    """The whole charge as it is now."""
    common = {
        "id": charge.id,
        "code": charge.code,
        "name": charge.name,
        "description": charge.description,
        "hosted_url": charge.hosted_url,
        "pricing_type": "fixed_price" if charge.amount else "no_price",
        "metadata": _metadata(world, charge.metadata),
        "created_at": iso(charge.created_at),
        "expires_at": iso(charge.expires_at),
        "timeline": [_moment(world, moment) for moment in charge.timeline],
        "pricing": _pricing(charge),
    }
    return common | (_web3(world, charge) if charge.generation == WEB3 else _legacy(world, charge))


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def shown(amount: int, asset: str) -> str:
    """Base units as a decimal."""
    return format(Decimal(amount).scaleb(-DECIMALS[asset]), "f")


def _pricing(charge: Charge) -> dict[str, Any]:
    local = {"amount": charge.local[0], "currency": charge.local[1]}
    if not charge.amount:
        return {}
    if charge.generation == WEB3:
        return {"local": local, "settlement": {"amount": shown(charge.amount, "USDC"), "currency": "USDC"}}
    worth = Decimal(charge.amount).scaleb(-DECIMALS[charge.asset]) * RATES[charge.asset]
    priced = {}
    for asset, name in COINS.items():
        own = shown(charge.amount, asset) if asset == charge.asset else f"{worth / RATES[asset]:.{DECIMALS[asset]}f}"
        priced[name] = {"amount": own, "currency": asset}
    return {"local": local, **priced}


def _web3(world: World, charge: Charge) -> dict[str, Any]:
    final = [moment for moment in charge.timeline if moment.status == "COMPLETED"]
    view = {
        "charge_kind": "WEB3",
        "brand_color": "#122332",
        "brand_logo_url": "",
        "collected_email": False,
        "organization_name": charge.merchant,
        "support_email": "toko@lumbung.example",
        "pwcb_only": False,
        "ocs_points_override": False,
        "third_party_provider": None,
        "confirmed_at": iso(final[0].time) if final else None,
        "redirects": {
            "cancel_url": charge.cancel_url,
            "success_url": charge.redirect_url,
            "will_redirect_after_success": bool(charge.redirect_url),
        },
        "payments": [_onchain_payment(charge, payment) for payment in charge.payments],
        "web3_data": _web3_data(world, charge),
        "web3_retail_payments_enabled": False,
        "web3_retail_payment_metadata": None,
    }
    return view if world.quirks.empty_fields == "null" else _without_nulls(view)


def _web3_data(world: World, charge: Charge) -> dict[str, Any]:
    failures = [{"reason": charge.failure, "sender": charge.payer, "timestamp": iso(charge.timeline[-1].time)}]
    data = {
        "transfer_intent": _intent(world, charge) if charge.payer else None,
        "success_events": [event for payment in charge.payments for event in _success(world, charge, payment)],
        "failure_events": failures if charge.failure else [],
        "contract_addresses": intents.contract_addresses(),
        "settlement_currency_addresses": intents.settlement_addresses(),
        "subsidized_payments_chain_to_tokens": {str(intents.CHAIN_ID): {"token_addresses": [intents.USDC]}},
        "contract_caller_request_id": "",
    }
    return data if world.quirks.empty_fields == "null" else _without_nulls(data)


def _intent(world: World, charge: Charge) -> dict[str, Any]:
    call_data = world.intent(charge).call_data() | {"deadline": iso(charge.expires_at)}
    where = {"chain_id": charge.chain_id, "contract_address": intents.CONTRACT, "sender": charge.payer}
    return {"call_data": call_data, "metadata": where}


def _success(world: World, charge: Charge, payment: Payment) -> list[dict[str, Any]]:
    """The same transaction twice: as it is seen, and again once it is final."""
    event = {
        "sender": charge.payer,
        "tx_hsh": payment.transaction,
        "chain_id": charge.chain_id,
        "finalized": False,
        "recipient": world.merchants[charge.merchant].recipient,
        "timestamp": iso(payment.at),
        "network_fee_paid": "1200000000000",
        "network_fee_paid_local": "0.0036",
        "input_token_amount": str(payment.amount),
        "input_token_address": intents.USDC,
    }
    return [event, event | {"finalized": True}] if payment.is_confirmed else [event]


def _onchain_payment(charge: Charge, payment: Payment) -> dict[str, Any]:
    value = {"amount": shown(payment.amount, "USDC"), "currency": "USDC"}
    return {
        "payment_id": payment.transaction[2:34],
        "network": "base",
        "transaction_id": payment.transaction,
        "status": "confirmed" if payment.is_confirmed else "pending",
        "detected_at": iso(payment.at),
        "value": {"local": {"amount": charge.local[0], "currency": charge.local[1]}, "crypto": value},
        "payer_addresses": [charge.payer],
    }


def _legacy(world: World, charge: Charge) -> dict[str, Any]:
    view: dict[str, Any] = {
        "resource": "charge",
        "logo_url": "",
        "addresses": dict(charge.addresses),
        "payments": [_legacy_payment(charge, payment) for payment in charge.payments],
        "redirect_url": charge.redirect_url,
        "cancel_url": charge.cancel_url,
    }
    if world.quirks.exchange_rates == "present":
        rates = {f"{asset}-USD": str(RATES[asset]) for asset in COINS}
        view |= {"exchange_rates": rates, "local_exchange_rates": rates, "fee_rate": 0.01}
    return view


def _legacy_payment(charge: Charge, payment: Payment) -> dict[str, Any]:
    worth = Decimal(payment.amount).scaleb(-DECIMALS[charge.asset]) * RATES[charge.asset]
    return {
        "network": "ethereum",
        "transaction_id": payment.transaction,
        "status": "CONFIRMED" if payment.is_confirmed else "PENDING",
        "detected_at": iso(payment.at),
        "value": {
            "local": {"amount": f"{worth:.2f}", "currency": "USD"},
            "crypto": {"amount": shown(payment.amount, charge.asset), "currency": charge.asset},
        },
        "block": {
            "height": 100,
            "hash": payment.transaction,
            "confirmations_accumulated": 8,
            "confirmations_required": 8,
        },
    }


def _moment(world: World, moment: TimelineEntry) -> dict[str, Any]:
    view = {"time": iso(moment.time), "status": moment.status}
    if moment.context:
        view["context"] = moment.context
    elif moment.status == "COMPLETED" and world.quirks.completed_context == "present":
        view["context"] = "MANUAL"
    return view


def _metadata(world: World, metadata: Mapping[str, Any]) -> dict[str, Any]:
    if world.quirks.metadata_numbers == "as_sent":
        return dict(metadata)
    return {name: str(float(value)) if type(value) in {int, float} else value for name, value in metadata.items()}


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
