"""The registry of providers: one import and one line each. Nothing else in Gerbang lists them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gerbang.ports.provider import Provider
from gerbang.providers import (
    apprise,
    coinbase_checkouts,
    coinbase_commerce,
    evm,
    fcm,
    http_rates,
    http_sms,
    lazada,
    nicepay,
    smtp,
    twilio,
    webpush,
    whatsapp,
)

PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType(
    {
        apprise.PROVIDER.name: apprise.PROVIDER,
        coinbase_checkouts.PROVIDER.name: coinbase_checkouts.PROVIDER,
        coinbase_commerce.PROVIDER.name: coinbase_commerce.PROVIDER,
        evm.PROVIDER.name: evm.PROVIDER,
        fcm.PROVIDER.name: fcm.PROVIDER,
        http_rates.PROVIDER.name: http_rates.PROVIDER,
        http_sms.PROVIDER.name: http_sms.PROVIDER,
        lazada.PROVIDER.name: lazada.PROVIDER,
        nicepay.PROVIDER.name: nicepay.PROVIDER,
        smtp.PROVIDER.name: smtp.PROVIDER,
        twilio.PROVIDER.name: twilio.PROVIDER,
        webpush.PROVIDER.name: webpush.PROVIDER,
        whatsapp.PROVIDER.name: whatsapp.PROVIDER,
    }
)
