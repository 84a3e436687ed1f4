"""What people were told, over HTTP: masked, filtered, paged, sent again by those who may."""

from typing import Any

from gerbang.base import ids
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.notifications.service import CONSUMER
from tests.web.conftest import Edge


async def expired(edge: Edge, count: int = 1) -> list[dict[str, Any]]:
    """Payments of Sari's whose time ran out, and the mails that say so, queued."""
    made = [
        (await edge.create(customer={"name": "Sari", "email": "sari@example.com", "locale": "id"})).json()
        for _ in range(count)
    ]
    async with edge.services.db.transaction() as tx:
        for one in made:
            await tx.execute(
                "INSERT INTO announcements (id, type, object_type, object_id, sequence, data, made_at)"
                " VALUES ($1, 'payment.expired', 'payment', $2, 9, '{}', now())",
                ids.new(),
                ids.read("pay", one["id"]),
            )
    feed = AnnouncementConsumer(edge.services.db, CONSUMER, edge.services.notifications.take)
    await feed.prepare()
    while await feed.run_once():
        pass
    return made


async def test_the_list_shows_what_was_told_to_whom_without_the_address(edge: Edge) -> None:
    (made,) = await expired(edge)
    answer = await edge.get("/v1/notifications", "support")
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["data"]
    assert row["id"].startswith("ntf_")
    assert (row["recipient"], row["channel"], row["template"], row["locale"]) == (
        "s•••@example.com",
        "email",
        "payment_expired",
        "id",
    )
    assert (row["status"], row["tries"], row["error"], row["payment"]) == ("queued", 0, None, made["id"])
    assert "sari@" not in answer.text


async def test_filters_and_cursors_walk_the_whole_list(edge: Edge) -> None:
    made = await expired(edge, 5)
    first = (await edge.get("/v1/notifications", limit=2)).json()
    second = (await edge.get("/v1/notifications", limit=2, cursor=first["next_cursor"])).json()
    third = (await edge.get("/v1/notifications", limit=2, cursor=second["next_cursor"])).json()
    seen = [row["payment"] for page in (first, second, third) for row in page["data"]]
    assert sorted(seen) == sorted(one["id"] for one in made)
    assert third["next_cursor"] is None
    assert len((await edge.get("/v1/notifications", payment=made[0]["id"])).json()["data"]) == 1
    assert (await edge.get("/v1/notifications", status="sent")).json()["data"] == []
    assert len((await edge.get("/v1/notifications", template="payment_expired")).json()["data"]) == 5
    assert (await edge.get("/v1/notifications", cursor="forged")).status_code == 422


async def test_a_failed_one_is_sent_again_once_asked_and_the_asker_is_audited(edge: Edge) -> None:
    await expired(edge)
    (row,) = (await edge.get("/v1/notifications")).json()["data"]
    path = f"/v1/notifications/{row['id']}/resend"
    under_way = await edge.post(path, "support", {})
    assert (under_way.status_code, under_way.json()["code"]) == (409, "notification_under_way")
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE notifications SET status = 'failed', error = 'refused: 550'")
    answer = await edge.post(path, "support", {})
    assert answer.status_code == 202, answer.text
    assert (answer.json()["status"], answer.json()["error"]) == ("queued", None)
    (entry,) = await edge.audited("notification.resent")
    assert entry["actor"].startswith("key:")
    assert entry["object"] == row["id"]
    assert entry["request_id"] == answer.headers["x-request-id"]


async def test_only_staff_see_or_send_them_r39(edge: Edge) -> None:
    await expired(edge)
    (row,) = (await edge.get("/v1/notifications")).json()["data"]
    for who, status in (("customer", 403), ("nobody", 401)):
        assert (await edge.get("/v1/notifications", who)).status_code == status
        assert (await edge.post(f"/v1/notifications/{row['id']}/resend", who, {})).status_code == status
    unknown = await edge.post(f"/v1/notifications/{ids.show('ntf', ids.new())}/resend", "support", {})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "notification_not_found")
    assert (await edge.post("/v1/notifications/nonsense/resend", "support", {})).status_code == 404
