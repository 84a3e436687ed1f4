"""A provider for the bench: its webhooks carry the whole fact under one signature, so nothing has to be asked again.

It enters Gerbang by the doors that every provider uses, and stands here because no business needs it.
"""

from __future__ import annotations

from bench.provider.adapter import BenchPayments
from bench.provider.webhook import BenchWebhook
from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField

PROVIDER = Provider(
    name="bench",
    title="Bench",
    kinds=(Kind.PAYMENT,),
    credentials=(
        CredentialField(
            "webhook_secret", "Webhook secret", "Signs every webhook.", SecretFamily.WEBHOOK, required=True
        ),
    ),
    settings=(SettingField("base_url", "Base address", "Where the test provider listens.", form="url", required=True),),
    documentation="https://example.com/bench",
    payment=BenchPayments,
    webhook=BenchWebhook(),
)
