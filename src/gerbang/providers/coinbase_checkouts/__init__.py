"""Coinbase Business Checkouts: USDC on Base into a Coinbase account. What it is; adapter.py says what it does."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import Provider
from gerbang.providers.coinbase_checkouts.account import CREDENTIALS, SETTINGS
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from gerbang.providers.coinbase_checkouts.checking import probe, problems
from gerbang.providers.coinbase_checkouts.webhook import CheckoutWebhook

PROVIDER: Final = Provider(
    name="coinbase_checkouts",
    title="Coinbase Business",
    kinds=(Kind.PAYMENT,),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://docs.cdp.coinbase.com/coinbase-business/checkout-apis/overview",
    payment=CheckoutPayments,
    webhook=CheckoutWebhook(),
    check=problems,
    probe=probe,
    simulator="gerbang.providers.coinbase_checkouts.simulator:SIMULATOR",
    demo="gerbang.providers.coinbase_checkouts.demo:DEMO",
)
