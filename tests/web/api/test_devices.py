"""Apps that are told about a payment: who may register one, and what is refused."""

from gerbang.core.secrets.model import Purpose
from tests.web.conftest import Edge

TOKEN = "dGVzdC10b2tlbi1vZi1hbi1hcHA:APA91bExampleExampleExample"


async def test_without_a_connection_that_reaches_apps_nothing_is_registered(edge: Edge) -> None:
    payment = (await edge.create()).json()["id"]
    answer = await edge.post(f"/v1/payments/{payment}/devices", "developer", {"token": TOKEN})
    assert (answer.status_code, answer.json()["code"]) == (409, "push_not_offered")


async def test_who_sees_a_payment_registers_an_app_for_it_and_nobody_else_does(edge: Edge) -> None:
    services = edge.services
    await services.secrets.ensure("service/app/account", lambda: b"{}", Purpose.CALL_PROVIDER)
    secrets = {"service_account": "service/app/account"}
    await services.connections.create("test", "app", "fcm", livemode=False, settings={}, secrets=secrets)
    payment = (await edge.create()).json()["id"]
    path = f"/v1/payments/{payment}/devices"
    assert (await edge.post(path, "other", {"token": TOKEN})).status_code == 404
    assert (await edge.post(path, "developer", {"token": "https://evil.example"})).json()[
        "code"
    ] == "invalid_subscription"
    assert (await edge.post(path, "developer", {"token": TOKEN, "connection": "another"})).status_code == 409
    made = await edge.post(path, "developer", {"token": TOKEN})
    assert (made.status_code, made.json()["connection"]) == (201, "app")
    again = await edge.post(path, "developer", {"token": TOKEN, "connection": "app"})
    assert again.json()["id"] == made.json()["id"]
    place = f"{path}/{made.json()['id']}"
    other = (await edge.create()).json()["id"]
    kept = await edge.count("push_devices")
    for address, left in (
        (place.replace(payment, other), kept),
        (f"{path}/nonsense", kept),
        (place, kept - 1),
        (place, kept - 1),
    ):
        assert (await edge.client.delete(address, headers=edge.headers("developer"))).status_code == 204
        assert await edge.count("push_devices") == left, address
    assert (await edge.client.delete(place, headers=edge.headers("other"))).status_code == 404
