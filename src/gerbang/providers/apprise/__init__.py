"""Chats of a team (Slack, Teams, Telegram …) through the library apprise, which is an extra. What it takes to set one up; address.py says which are taken."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import CredentialField, Provider, SecretFamily
from gerbang.providers.apprise.adapter import AppriseMessenger, probe

PROVIDER: Final = Provider(
    name="apprise",
    title="Team chat (Apprise)",
    kinds=(Kind.MESSENGER,),
    credentials=(
        CredentialField(
            "address",
            "Address of the room",
            "As apprise writes it, with one room: slack://…, workflows://… (Teams), tgram://…, discord://…, gchat://…, mmosts://…, rockets://…, jsons://….",
            SecretFamily.SERVICE_TOKEN,
            required=True,
        ),
    ),
    settings=(),
    documentation="https://appriseit.com/services/",
    messenger=AppriseMessenger,
    is_guarded=True,
    probe=probe,
)
