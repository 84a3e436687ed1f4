"""Pushes to browsers by Web Push. What it takes to set it up: no account anywhere, only who may be written to."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.webpush.adapter import VAPID_KEY, WebPush
from gerbang.providers.webpush.checking import probe, problems

PROVIDER: Final = Provider(
    name="webpush",
    title="Web Push",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            VAPID_KEY,
            "VAPID key",
            "Made here. Bring your own only to keep subscriptions of an earlier system: 32 bytes as base64url, or PEM.",
            SecretFamily.SERVICE_TOKEN,
            made_here=True,
        ),
    ),
    settings=(
        SettingField(
            "contact",
            "Contact",
            "mailto:… or https://…, where push services write when something is wrong.",
            required=True,
        ),
        SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=40),
    ),
    documentation="https://www.rfc-editor.org/rfc/rfc8030",
    messenger=WebPush,
    subscriptions=WebPush,
    is_guarded=True,
    check=problems,
    probe=probe,
    simulator="gerbang.providers.webpush.simulator:SIMULATOR",
    demo="gerbang.providers.webpush.demo:DEMO",
)
