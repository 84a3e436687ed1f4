"""The nouns by which people are told things: messages, what nobody wants any more, a shop's own texts, and the console's bell."""

from collections.abc import Callable
from functools import partial
from typing import Final

from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.identity.permissions import ADMINS, MAKERS, MONEY, STAFF, Permission
from gerbang.core.notifications import audiences, conversation_store, store, suppression_store
from gerbang.core.notifications import event_types as message_events
from gerbang.core.notifications import personal_data as recipients
from gerbang.core.notifications import queueing as message_jobs
from gerbang.core.notifications import service as telling
from gerbang.core.notifications.operator_notices import OperatorNotices, erase_reads, export_reads
from gerbang.core.notifications.operator_preferences import MANAGE, OperatorPreferences, erase_choices, export_choices
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.notifications.receipts import Receipts
from gerbang.core.notifications.template_states import TemplateStates
from gerbang.core.notifications.unsubscribing import Unsubscribing
from gerbang.core.personal_data.service import PersonalData
from gerbang.noun import Core, Noun
from gerbang.ports.kinds import Kind
from gerbang.ports.messenger import Channel
from gerbang.settings import Settings
from gerbang.web.console import live_marks as marks
from gerbang.web.event_catalogue import entries
from gerbang.web.sidebar import Subpage
from gerbang.web.texts import actions
from gerbang.web.views import event_examples

_MESSAGES_LOOKED_AT: Final = 1_000


async def _used_up(channel: Channel, most_of: Callable[[Settings], int], told: str, core: Core) -> str | None:
    most = most_of(core.settings)
    async with core.db.reading() as tx:
        is_full = most > 0 and await suppression_store.sent_today(tx, channel) >= most
    return f"The {most} {told} are used up." if is_full else None


async def _templates_paused(core: Core) -> str | None:
    async with core.db.reading() as tx:
        paused = [one for one in await conversation_store.pauses(tx) if one["left_at"] is None]
    if not paused:
        return None
    first = paused[0]
    return (
        f"{len(paused)} message templates are paused, the first is {first['template']} ({first['language']}) of {first['connection']}: {first['why']}."
        " GET /v1/message-templates lists them."
    )


async def _chats_refusing(core: Core) -> str | None:
    chats = await core.operators.chats()
    if not chats:
        return None
    async with core.db.reading() as tx:
        refusing = await store.refusing_chats(tx, chats, _MESSAGES_LOOKED_AT)
    if not refusing:
        return None
    names = ", ".join(one["recipient"] for one in refusing)
    return f"Nothing arrives in the chat of {names}. {refusing[0]['error']} Mend its address in the console (Connections); until then operators are told by the bell and by mail."


async def _texts_wanted(core: Core) -> str | None:
    found = await core.texts.standing()
    if failed := [one.used for one in found if one.used is not None and one.used.failed_at is not None]:
        return f"The shop's text {failed[0].key.shown} could not be used, and ours is sent instead: {failed[0].failed_why} GET /v1/message-texts lists all."
    waiting = [one.key.shown for one in found if one.waiting is not None]
    return f"{len(waiting)} texts of messages wait for a second person, the first is {waiting[0]}." if waiting else None


MESSAGES: Final = Noun(
    name="messages",
    events={Kind.MESSENGER: lambda core: Receipts(core.outbound, core.sender.fallback).handler()},
    service=lambda core: PushDevices(core.db, core.outbound),
    notices={
        "texts": partial(
            _used_up, Channel.SMS, lambda chosen: chosen.sms_per_day, "text messages of today (GERBANG_SMS_PER_DAY)"
        ),
        "whatsapp": partial(
            _used_up,
            Channel.WHATSAPP,
            lambda chosen: chosen.whatsapp_per_day,
            "WhatsApp messages of today (GERBANG_WHATSAPP_PER_DAY)",
        ),
        "message_templates": _templates_paused,
        "chats": _chats_refusing,
    },
    jobs={
        message_jobs.SEND: lambda core: core.sender.handle,
        message_jobs.REMIND: lambda core: core.reminder.handle,
        message_jobs.DIGEST: lambda core: core.digests.handle,
        message_jobs.UNHEARD: lambda core: core.sender.unheard.handle,
    },
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, telling.CONSUMER, core.notifications.take, types=audiences.TYPES, taken=core.wake
        ),
    ),
    personal_data=(
        PersonalData("messages", ("notifications",), recipients.export_messages, recipients.erase_messages),
        PersonalData(
            "payment_messages",
            ("notifications",),
            recipients.export_payment_messages,
            recipients.erase_payment_messages,
        ),
        PersonalData("message_news", ("notifications",), recipients.export_news, recipients.erase_news),
        PersonalData("push_devices", ("push_devices",), recipients.export_devices, recipients.erase_devices),
    ),
    announces=entries(message_events.EVENT_TYPES, event_examples.TEMPLATE_DATA),
    actions={"notifications": actions.NOTIFICATIONS},
    pages={
        "notifications": (
            Subpage("notifications", "/console/notifications", "notifications:read"),
            Subpage("audiences", "/console/notifications/audiences", "notifications:read"),
            Subpage("templates", "/console/notifications/templates", "notifications:read"),
        )
    },
    watched=lambda core: {
        "notifications": Watched("notifications:read", mark=partial(marks.newest_messages, core.notifications))
    },
    permissions=(
        Permission("notifications:read", STAFF, "see what people were told"),
        Permission("notifications:resend", STAFF, "send a message to people once more"),
    ),
)
MESSAGE_TEMPLATES: Final = Noun(
    name="message templates",
    service=lambda core: TemplateStates(core.db, core.outbound),
    loops={"message_templates": lambda core, stop: core.service(TemplateStates).run(stop)},
)
UNSUBSCRIBES: Final = Noun(
    name="unsubscribes",
    service=lambda core: Unsubscribing(core.db, core.secrets, core.clock, base=core.settings.base_url),
)
MESSAGE_TEXTS: Final = Noun(
    name="message texts",
    service=lambda core: core.texts,
    notices={"message_texts": _texts_wanted},
    actions={"message_texts": actions.MESSAGE_TEXTS},
    pages={"notifications": (Subpage("texts", "/console/notifications/texts", "notifications:read"),)},
    permissions=(
        Permission("message_texts:write", MAKERS, "change what messages to payers say"),
        Permission("message_texts:approve", MONEY, "agree, as the second person, to a text that may lead money astray"),
    ),
)
NOTICES: Final = Noun(
    name="notices",
    service=lambda core: OperatorNotices(core.db),
    personal_data=(PersonalData("notices", ("notice_marks", "notice_reads"), export_reads, erase_reads),),
    pages={"notifications": (Subpage("notices", "/console/notices", "notifications:read"),)},
    watched=lambda core: {"notices": Watched("notifications:read", mark=core.service(OperatorNotices).newest)},
)
OPERATOR_PREFERENCES: Final = Noun(
    name="operator preferences",
    service=lambda core: OperatorPreferences(core.db, core.operators),
    personal_data=(
        PersonalData(
            "operator_preferences",
            ("operator_settings", "operator_choices", "digest_items"),
            export_choices,
            erase_choices,
        ),
    ),
    pages={"notifications": (Subpage("preferences", "/console/notifications/preferences", "notifications:read"),)},
    permissions=(Permission(MANAGE, ADMINS, "choose what the operators' address and the team's chat are told"),),
)
