"""A described gateway for text messages: any address that takes them over HTTP. What it is; description.py says how a description reads."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily, SettingField
from gerbang.providers.http_sms.adapter import HttpSmsMessenger
from gerbang.providers.http_sms.checking import problems
from gerbang.providers.http_sms.webhook import HttpSmsWebhook

PROVIDER: Final = Provider(
    name="http_sms",
    title="Text messages by HTTP",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField("key", "Key", "{key} in the description stands for it.", SecretFamily.API_KEY),
        CredentialField("secret", "Secret", "{secret} stands for it.", SecretFamily.API_KEY),
        CredentialField("token", "Token", "{token} stands for it.", SecretFamily.SERVICE_TOKEN),
        CredentialField(
            "receipt_secret",
            "Secret of receipts",
            "At least 20 characters. The gateway tells receipts to the hook's address, a slash and this secret.",
            SecretFamily.WEBHOOK,
        ),
    ),
    settings=(
        SettingField("url", "Address", "Where a text is handed over.", form="url", required=True),
        SettingField("method", "Method", "How.", "POST", choices=("POST", "GET")),
        SettingField("format", "Format", "How the fields travel.", "form", choices=("form", "json", "query")),
        SettingField(
            "fields",
            "Fields",
            "As to={to}&text={text}, or for json as an object. {to} {text} {sender} {reference} {type} and secrets by name.",
            required=True,
        ),
        SettingField("headers", "Headers", "As Authorization: App {token}; several by |."),
        SettingField("sender", "Sender", "What {sender} stands for."),
        SettingField(
            "number",
            "Form of numbers",
            "+62812… (e164), 62812… (digits), 0812… (national).",
            "e164",
            choices=("e164", "digits", "national"),
        ),
        SettingField("types", "Words for {type}", "Of plain and of all other texts, as text,unicode.", "text,unicode"),
        SettingField("success_status", "Good statuses", "By commas; 2xx is any of them.", "2xx"),
        SettingField(
            "success_at",
            "Where success stands",
            "A JSON Pointer, * for every item of a list; empty: the status says it.",
        ),
        SettingField("success_is", "What success is", "Values by commas.", "0"),
        SettingField("success_match", "Pattern of success", "A regular expression for an answer that is no JSON."),
        SettingField("id_at", "Where the id stands", "A JSON Pointer; empty: the gateway gives none."),
        SettingField(
            "errors",
            "What errors mean",
            "As 1=throttle 9=balance 4=configuration; what is not named is permanent.",
        ),
        SettingField(
            "receipt_id", "Field of a receipt's id", "Its name in the form or JSON of a receipt.", "messageId"
        ),
        SettingField("receipt_status", "Field of a receipt's status", "Its name.", "status"),
        SettingField("receipt_delivered", "Delivered", "Statuses by commas.", "delivered"),
        SettingField("receipt_failed", "Failed", "Statuses by commas.", "failed,rejected,expired,undelivered"),
        SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=40),
    ),
    documentation="https://www.rfc-editor.org/rfc/rfc6901",
    messenger=HttpSmsMessenger,
    webhook=HttpSmsWebhook(),
    has_secret_path=True,
    is_guarded=True,
    check=problems,
    simulator="gerbang.providers.http_sms.simulator:SIMULATOR",
    demo="gerbang.providers.http_sms.demo:DEMO",
)
