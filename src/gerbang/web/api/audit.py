"""/v1/audit: who did what. Reading only; entries are written by the actions themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import get
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.core.audit.model import AuditFilters, Recorded
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.query_parameters import AN_ACTION, AN_OBJECT, read_action, read_object
from gerbang.web.services import Services


class AuditEntryView(msgspec.Struct, frozen=True):
    id: str
    happened_at: datetime
    actor: str
    action: str
    object: str
    request_id: str | None
    detail: Mapping[str, Any]


@get("/v1/audit", summary="The audit trail, newest first", tags=["audit"])
async def list_audit(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    action: Annotated[str | None, Parameter(query="action", schema_extra=AN_ACTION)] = None,
    about: Annotated[str | None, Parameter(query="object", schema_extra=AN_OBJECT)] = None,
) -> Page[AuditEntryView]:
    """Filters: `action` (`payment.created`), `object` (`pay_…`)."""
    most, action, about = capped(limit), read_action("action", action), read_object("object", about)
    wanted = AuditFilters((action,) if action else (), about)
    found, onward = await services.audit.page(await cursors.read("audit", cursor), most, wanted)
    return await cursors.onward("audit", [_view(entry) for entry in found], onward)


def _view(entry: Recorded) -> AuditEntryView:
    return AuditEntryView(
        id=ids.show("aud", entry.id),
        happened_at=entry.happened_at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object,
        request_id=entry.request_id,
        detail=entry.detail,
    )


HANDLERS: Final = [list_audit]
