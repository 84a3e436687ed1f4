"""A hook asked by GET: a provider that verifies its address so gets its answer, everybody else is told that webhooks come by POST."""

import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from gerbang.cli.ports import free_port
from gerbang.core.connections.service import Connections
from gerbang.core.inbox.model import EventFilters
from gerbang.ports.kinds import Kind
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, Provider, SecretFamily
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.webhook_refusals import Refusals
from tests.conftest import FreshDatabase

from .conftest import Edge, running_edge

TOKEN = "kopi-gayo-7f3a"


class Silent:
    """A webhook half that takes nothing."""

    reply = Reply()

    def verify(self, _account: Account, _incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        return Rejection.MISSING

    def read(self, _account: Account, _incoming: WebhookRequest) -> Ignored:
        return Ignored("nothing")


def hub_challenge(account: Account, query: Mapping[str, str]) -> Reply | Rejection:
    """As WhatsApp asks: `hub.mode`, `hub.verify_token`, `hub.challenge`."""
    known = account.secrets.get("verify_token", ())
    if not known:
        return Rejection.NO_SECRET
    told = query.get("hub.verify_token")
    if told is None or query.get("hub.mode") != "subscribe":
        return Rejection.MISSING
    matches = [hmac.compare_digest(token, told.encode()) for token in known]
    return Reply(body=query.get("hub.challenge", "").encode()) if any(matches) else Rejection.FORGED


FIELDS = (CredentialField("verify_token", "Verify token", "", SecretFamily.WEBHOOK),)
ASKING = Provider(
    name="asking",
    title="Asking",
    kinds=(Kind.MESSENGER,),
    credentials=FIELDS,
    settings=(),
    documentation="",
    webhook=Silent(),
    verify_address=hub_challenge,
)
TELLING = Provider(
    name="telling",
    title="Telling",
    kinds=(Kind.MESSENGER,),
    credentials=FIELDS,
    settings=(),
    documentation="",
    webhook=Silent(),
)


@dataclass
class Desk:
    """A hook endpoint with a connection `wa` that asks by GET, one `no-token` that cannot, and one `tells` that never does."""

    edge: Edge
    hooks: Hooks

    async def ask(self, query: str, connection: str = "wa", method: str = "GET") -> Any:
        scope = {
            "method": method,
            "path": f"/hooks/{connection}",
            "query_string": query.encode(),
            "headers": [],
            "client": ("203.0.113.7", 1),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        return await self.hooks.reply(scope, receive)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async for edge in running_edge(module_database, tmp_path_factory.mktemp("hooks"), free_port()):
        parts = edge.services
        connections = Connections(parts.db, parts.secrets, {one.name: one for one in (ASKING, TELLING)}, edge.url)
        await parts.secrets.put("service/wa/token", TOKEN.encode(), overlap_s=0, actor="test")
        named = {"verify_token": "service/wa/token"}
        for id_, provider, secrets in (
            ("wa", "asking", named),
            ("no-token", "asking", {}),
            ("tells", "telling", named),
        ):
            await connections.create("test", id_, provider, livemode=False, settings={}, secrets=secrets)
        yield Desk(edge, Hooks(connections, parts.inbox, 262_144, Refusals()))


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_right_token_gets_its_challenge_back_as_plain_text_and_is_no_event(desk: Desk) -> None:
    answer = await desk.ask(f"hub.mode=subscribe&hub.challenge=%3Cb%3E1158201444&hub.verify_token={TOKEN}")
    assert (answer.status, answer.body, answer.content_type) == (200, b"<b>1158201444", b"text/plain; charset=utf-8")
    assert await desk.edge.services.inbox.page(EventFilters(), None, 10) == []
    (noted,) = await desk.edge.audited("webhook.address_verified")
    assert (noted["actor"], noted["object"], noted["detail"]) == ("hook:wa", "connection:wa", {"source": "203.0.113.7"})


@pytest.mark.parametrize(
    ("query", "connection", "why"),
    [
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess", "wa", "forged"),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=k%C3%B8pi", "wa", "forged"),
        ("hub.mode=subscribe&hub.challenge=1", "wa", "missing_signature"),
        ("", "wa", "missing_signature"),
        (f"hub.mode=subscribe&hub.verify_token=guess&hub.verify_token={TOKEN}", "wa", "malformed"),
        (f"hub.mode=subscribe&hub.verify_token=%ff{TOKEN}", "wa", "malformed"),
        ("&".join(f"a{n}=1" for n in range(40)), "wa", "malformed"),
        (f"hub.mode=subscribe&hub.challenge=1&hub.verify_token={TOKEN}", "no-token", "no_secret"),
    ],
)
async def test_whoever_has_not_the_token_is_refused_and_noted_without_what_was_sent(
    desk: Desk, query: str, connection: str, why: str
) -> None:
    before = len(await desk.edge.services.inbox.rejections(1000))
    answer = await desk.ask(query, connection)
    assert (answer.status, b"webhook_rejected" in answer.body, TOKEN.encode() in answer.body) == (401, True, False)
    newest, *rest = await desk.edge.services.inbox.rejections(1000)
    assert (newest.connection, newest.reason, len(rest)) == (connection, why, before)


@pytest.mark.parametrize(("connection", "method"), [("tells", "GET"), ("nobody", "GET"), ("wa", "HEAD"), ("wa", "PUT")])
async def test_everybody_else_is_told_that_webhooks_come_by_post_whether_there_is_such_a_connection_or_not(
    desk: Desk, connection: str, method: str
) -> None:
    answer = await desk.ask(f"hub.mode=subscribe&hub.verify_token={TOKEN}", connection, method)
    assert (answer.status, dict(answer.headers)[b"allow"]) == (405, b"POST")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_service_itself_answers_so_for_a_connection_that_sends_by_post_only(desk: Desk, method: str) -> None:
    answer = await desk.edge.client.request(method, "/hooks/nobody")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_sender_that_guesses_many_tokens_is_turned_away(desk: Desk) -> None:
    flooded = Desk(desk.edge, Hooks(desk.hooks._connections, desk.edge.services.inbox, 262_144, Refusals()))
    answers = [(await flooded.ask(f"hub.mode=subscribe&hub.verify_token={n}")).status for n in range(1_400)]
    assert (answers[0], answers[-1]) == (401, 429)
