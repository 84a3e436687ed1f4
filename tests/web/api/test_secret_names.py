"""Names of secrets that are none are refused, and what may be a secret in the wrong place is never said back."""

from tests.web.conftest import Edge

KEY = "33F49GnCMS1mFYlGXisbUDzVf2ATWCl9k3R8hB5Hd8WQt49PeG"


async def test_a_name_with_gaps_or_ways_up_is_refused(edge: Edge) -> None:
    for name in (
        "service//x",
        "%20service/x",
        "service/%20x",
        "../service/x",
        "service/../x",
        "service/x/",
        "SERVICE/x",
        "other/x",
    ):
        url = f"{edge.url}/v1/secrets/{name}"
        answer = await edge.client.put(url, json={"value": KEY}, headers=edge.headers("admin"))
        assert answer.status_code >= 400, name
        assert KEY not in answer.text
    listed = await edge.get("/v1/secrets", who="admin")
    assert {one["name"].partition("/")[0] for one in listed.json()["data"]} <= {"service", "key", "webhook"}


async def test_a_key_in_the_wrong_field_is_not_said_back(edge: Edge) -> None:
    good = {"id": "uji", "provider": "nicepay", "livemode": False, "settings": {"imid": "IONPAYTEST"}, "secrets": {}}
    for body in (
        good | {"provider": KEY},
        good | {"secrets": {"merchant_key": KEY}},
        good | {"settings": {"imid": KEY}},
        good | {"settings": {"imid": "IONPAYTEST", "methods": KEY, "base_url": f"https://a.example/{KEY}"}},
        good | {"id": KEY},
    ):
        answer = await edge.post("/v1/connections", "admin", body)
        assert answer.status_code == 422
        assert KEY not in answer.text
        assert answer.json()["errors"]


async def test_a_connection_says_what_its_provider_answered_when_it_was_saved(edge: Edge) -> None:
    settings = {"url": "http://127.0.0.1:3000/{asset}", "timeout_s": "1"}
    body = {"id": "kurs", "provider": "http_rates", "livemode": False, "settings": settings, "secrets": {}}
    made = await edge.post("/v1/connections", "admin", body)
    assert made.status_code == 201
    assert [one["good"] for one in made.json()["probed"]] == [None]
    assert "may not be called" in made.json()["probed"][0]["what"]
