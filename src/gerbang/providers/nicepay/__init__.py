"""NICEPAY Indonesia, classic V2, by every method of it. What it is; adapter.py says what it does."""

from typing import Final

from gerbang.ports.provider import Kind, Provider
from gerbang.providers.nicepay.account import CREDENTIALS, SETTINGS
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.webhook import NicepayWebhook

PROVIDER: Final = Provider(
    name="nicepay",
    title="NICEPAY",
    kinds=(Kind.PAYMENT,),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://docs.nicepay.co.id",
    payment=NicepayPayments,
    webhook=NicepayWebhook(),
)
