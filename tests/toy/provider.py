"""A whole provider in one folder, which nothing in the product knows: QR codes beside a script of its own, a wallet whose payers only agree, webhooks by POST, an address that is verified by GET.

It shows what a provider's folder holds, and that nothing else has to change for it.
"""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.next_action import DisplayQr
from gerbang.ports.page_origins import PageOrigins
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from tests.toy.adapter import ToyPayments
from tests.toy.webhook import ToyWebhook, verify_address

PROVIDER: Final = Provider(
    name="toy",
    title="Toy",
    kinds=(Kind.PAYMENT,),
    credentials=(CredentialField("key", "Key", "Signs webhooks.", SecretFamily.WEBHOOK, required=True),),
    settings=(SettingField("base_url", "Base address", "Where it listens.", form="url", required=True),),
    documentation="https://example.com/toy",
    payment=ToyPayments,
    confirm=ToyPayments,
    webhook=ToyWebhook(),
    verify_address=verify_address,
    simulator="tests.toy.simulator:SIMULATOR",
    demo="tests.toy.demo:DEMO",
    page_origins={DisplayQr: PageOrigins(script=("https://js.toy.example",), frame=("https://toy.example:8443",))},
)
