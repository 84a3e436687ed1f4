"""Pushes to apps by Firebase Cloud Messaging, to iPhones too. What it takes to set it up; how it is spoken to is adapter.py's."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.fcm.access import SERVICE_ACCOUNT
from gerbang.providers.fcm.adapter import BASE_URL, FcmMessenger
from gerbang.providers.fcm.checking import probe

PROVIDER: Final = Provider(
    name="fcm",
    title="Firebase Cloud Messaging",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            SERVICE_ACCOUNT,
            "Service account",
            "The JSON file of a key, from Firebase's console: Project settings, Service accounts.",
            SecretFamily.SERVICE_TOKEN,
            required=True,
        ),
    ),
    settings=(
        SettingField("base_url", "Base address", "Google's own unless given.", BASE_URL, "url"),
        SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=40),
    ),
    documentation="https://firebase.google.com/docs/cloud-messaging/send/v1-api",
    messenger=FcmMessenger,
    subscriptions=FcmMessenger,
    probe=probe,
    simulator="gerbang.providers.fcm.simulator:SIMULATOR",
    demo="gerbang.providers.fcm.demo:DEMO",
)
