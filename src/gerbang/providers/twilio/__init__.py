"""Text messages by Twilio. What it takes to set one up; how it is spoken to is adapter.py's."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.twilio.adapter import TwilioMessenger
from gerbang.providers.twilio.checking import probe, problems
from gerbang.providers.twilio.webhook import TwilioWebhook

PROVIDER: Final = Provider(
    name="twilio",
    title="Twilio (SMS)",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            "auth_token",
            "Auth token",
            "Signs in, and verifies what Twilio tells. Beside an API key it only verifies.",
            SecretFamily.SERVICE_TOKEN,
            required=True,
        ),
        CredentialField("api_key_secret", "Secret of the API key", "Only with an API key's SID.", SecretFamily.API_KEY),
        CredentialField(
            "shared_key", "Shared key", "Verifies in place of the auth token, with its id below.", SecretFamily.WEBHOOK
        ),
    ),
    settings=(
        SettingField("account_sid", "Account SID", "AC and 32 hexadecimal digits.", required=True),
        SettingField(
            "sender",
            "Sender",
            "A number of yours as +62…, a registered name, or the SID of a messaging service (MG…).",
            required=True,
        ),
        SettingField("api_key_sid", "API key SID", "SK and 32 hexadecimal digits; empty: the account signs in."),
        SettingField(
            "shared_key_id", "Shared key id", "Empty: what Twilio tells is signed with the auth token (HMAC-SHA1)."
        ),
        SettingField(
            "validity_s", "Validity", "Seconds that a message may wait at Twilio.", "14400", "integer", most=36_000
        ),
        SettingField("base_url", "Base address", "Twilio's own unless given.", "https://api.twilio.com", "url"),
        SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=40),
    ),
    documentation="https://www.twilio.com/docs/messaging/api/message-resource",
    messenger=TwilioMessenger,
    webhook=TwilioWebhook(),
    check=problems,
    probe=probe,
    simulator="gerbang.providers.twilio.simulator:SIMULATOR",
    demo="gerbang.providers.twilio.demo:DEMO",
)
