"""Coinbase Commerce, closed by Coinbase: charges of both generations. What it is; adapter.py says what it does."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import Provider
from gerbang.providers.coinbase_commerce.account import CREDENTIALS, SETTINGS, problems
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from gerbang.providers.coinbase_commerce.checking import probe
from gerbang.providers.coinbase_commerce.webhook import CommerceWebhook

PROVIDER: Final = Provider(
    name="coinbase_commerce",
    title="Coinbase Commerce",
    kinds=(Kind.PAYMENT,),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://docs.cdp.coinbase.com/commerce",
    payment=CommercePayments,
    webhook=CommerceWebhook(),
    check=problems,
    probe=probe,
    simulator="gerbang.providers.coinbase_commerce.simulator:SIMULATOR",
    demo="gerbang.providers.coinbase_commerce.demo:DEMO",
    retired="As far as is known Coinbase closed Commerce on 2026-03-31; use Coinbase Business Checkouts.",
)
