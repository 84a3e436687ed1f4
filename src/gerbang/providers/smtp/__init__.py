"""Mail by any SMTP server. What it takes to set one up; the conversation is adapter.py's."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.smtp.adapter import SmtpMessenger, account_of_url, probe, problems

PROVIDER: Final = Provider(
    name="smtp",
    title="Mail server (SMTP)",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            "user", "User", "Leave both empty for a server that asks for no log-in.", SecretFamily.SERVICE_TOKEN
        ),
        CredentialField(
            "password", "Password", "Often an app password, not that of the mailbox.", SecretFamily.SERVICE_TOKEN
        ),
        CredentialField(
            "dkim_key",
            "DKIM key",
            "A private RSA or Ed25519 key as PEM, where your mail server does not sign by itself.",
            SecretFamily.API_KEY,
        ),
    ),
    settings=(
        SettingField("host", "Server", "Its name, as in the provider's instructions.", required=True),
        SettingField("port", "Port", "Empty: 587 for starttls, 465 for tls, 25 for none.", form="integer", most=65_535),
        SettingField(
            "tls",
            "Encryption",
            "`none` only for a server on this machine.",
            "starttls",
            choices=("starttls", "tls", "none"),
        ),
        SettingField("from", "Sender", "An address, or `Toko Lumbung <bayar@toko.example>`.", required=True),
        SettingField("dkim_selector", "DKIM selector", "With a DKIM key: the name before `._domainkey` in your DNS."),
        SettingField("dkim_domain", "DKIM domain", "Empty: the domain of the sender."),
        SettingField("ca_file", "Trusted certificates", "A PEM file to trust besides the system's; empty for none."),
    ),
    documentation="https://www.rfc-editor.org/rfc/rfc5321",
    messenger=lambda _http: SmtpMessenger(),
    check=problems,
    probe=probe,
    account_of_url=account_of_url,
)
