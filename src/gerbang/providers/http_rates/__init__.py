"""A described source of exchange rates: any address that answers JSON. What it is; adapter.py says how it is asked."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.http_rates.adapter import HttpRates
from gerbang.providers.http_rates.checking import probe

PROVIDER: Final = Provider(
    name="http_rates",
    title="Exchange rates by HTTP",
    kinds=(Kind.RATES,),
    credentials=(CredentialField("token", "Token", "Sent as Authorization: Bearer.", SecretFamily.SERVICE_TOKEN),),
    settings=(
        SettingField(
            "url", "Address", "Says {asset} and {currency} where the source wants them.", form="url", required=True
        ),
        SettingField(
            "price", "Where the price stands", "A JSON Pointer; may say {asset} and {currency} too.", "/price"
        ),
        SettingField(
            "at",
            "Where its time stands",
            "A JSON Pointer to RFC 3339 or Unix seconds; empty: the moment of the answer.",
        ),
        SettingField("pairs", "Pairs", "Those that it knows, as USDC/USD ETH/USD; empty: it is asked for any."),
        SettingField("timeout_s", "Time limit", "Seconds that one question may take.", "5", "integer", most=60),
    ),
    documentation="https://www.rfc-editor.org/rfc/rfc6901",
    rates=HttpRates,
    is_guarded=True,
    probe=probe,
)
