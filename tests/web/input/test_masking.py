"""What an earlier version kept of a webhook is shown without the card number that today's would have masked (R14)."""

import json

from gerbang.base import ids
from tests.web.conftest import Edge

CARD = "4111 1111 1111 1111"


async def test_a_card_number_in_a_stored_webhook_is_not_shown(edge: Edge) -> None:
    event = ids.new()
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO inbox (id, received_at, connection, type, status, key, subject, shard, headers, body)"
            " VALUES ($1, now(), 'nicepay', 'paid', 'done', 'k', '', 0, $2, $3)",
            event,
            {"x-note": CARD},
            json.dumps({"note": CARD}).encode(),
        )
        await tx.execute("INSERT INTO inbox_seen (connection, key, id) VALUES ('nicepay', 'k', $1)", event)
    answer = await edge.get(f"/v1/webhook-events/{ids.show('evt', event)}")
    assert answer.status_code == 200
    assert json.loads(answer.json()["body"]) == {"note": "4111 11** **** 1111"}
    assert CARD not in answer.text
