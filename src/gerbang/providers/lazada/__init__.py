"""Lazada Open Platform: the marketplace in six countries. What it is; adapter.py says what it does."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import Provider, Shops
from gerbang.providers.lazada.account import CREDENTIALS, SETTINGS, SHOP_CREDENTIALS, SHOP_SETTINGS
from gerbang.providers.lazada.adapter import LazadaMarketplace
from gerbang.providers.lazada.authorisation import LazadaAuthorisation
from gerbang.providers.lazada.checking import probe, problems
from gerbang.providers.lazada.webhook import LazadaWebhook

PROVIDER: Final = Provider(
    name="lazada",
    title="Lazada",
    kinds=(Kind.MARKETPLACE,),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://open.lazada.com/apps/doc/doc",
    marketplace=LazadaMarketplace,
    shops=Shops(SHOP_SETTINGS, SHOP_CREDENTIALS, LazadaAuthorisation),
    webhook=LazadaWebhook(),
    check=problems,
    probe=probe,
    asks_for_validated_hook=True,
    simulator="gerbang.providers.lazada.simulator:SIMULATOR",
    demo="gerbang.providers.lazada.demo:DEMO",
)
