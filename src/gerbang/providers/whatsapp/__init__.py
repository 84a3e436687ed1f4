"""Messages by WhatsApp (Cloud API). What it takes to set one up; how it is spoken to is adapter.py's."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.whatsapp.adapter import WhatsAppMessenger
from gerbang.providers.whatsapp.checking import probe, problems
from gerbang.providers.whatsapp.webhook import WhatsAppWebhook, verify_address

PROVIDER: Final = Provider(
    name="whatsapp",
    title="WhatsApp (Cloud API)",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            "access_token",
            "Access token",
            "Of a system user, with whatsapp_business_messaging and whatsapp_business_management; one that does not expire.",
            SecretFamily.SERVICE_TOKEN,
            required=True,
        ),
        CredentialField("app_secret", "App secret", "Verifies what Meta tells.", SecretFamily.WEBHOOK, required=True),
        CredentialField(
            "verify_token",
            "Verify token",
            "Any long random text: Meta shows it when it asks whether the hook's address is yours.",
            SecretFamily.WEBHOOK,
            required=True,
        ),
    ),
    settings=(
        SettingField("phone_number_id", "Phone number ID", "Digits; not the number itself.", required=True),
        SettingField(
            "waba_id", "WhatsApp Business Account ID", "Digits; the account that holds the templates.", required=True
        ),
        SettingField("api_version", "Version", "Of the Graph API.", "v26.0"),
        SettingField("base_url", "Base address", "Meta's own unless given.", "https://graph.facebook.com", "url"),
        SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=40),
    ),
    documentation="https://developers.facebook.com/docs/whatsapp/cloud-api",
    messenger=WhatsAppMessenger,
    webhook=WhatsAppWebhook(),
    verify_address=verify_address,
    check=problems,
    probe=probe,
    simulator="gerbang.providers.whatsapp.simulator:SIMULATOR",
    demo="gerbang.providers.whatsapp.demo:DEMO",
)
