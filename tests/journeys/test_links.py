"""A payment link from the operator's form to the receipt: made, mailed by the real worker, opened from the mail, paid, and seen to be."""

from tests.journeys.world import World, eventually, link_in


async def test_a_link_is_made_mailed_opened_and_paid(world: World) -> None:
    async with world.browser() as desk, world.browser() as payer:
        await desk.open(f"{world.api}/console/payments/new?lang=en")
        demo = world.said["demo"]["operator"]
        await desk.submit("/login", **demo)
        await desk.submit(
            "/console/payments/new", amount="Rp 275.000", currency="IDR", description="Kopi untuk kantor", expires="3d", language="en",
            name="Jane Doe", email="jane@kantor.example",
        )  # fmt: skip
        page = desk.url
        assert page.endswith("/link"), desk.page[:2000]
        await desk.submit("/link")
        mail = await world.mail("jane@kantor.example", "sent you a bill of")
        assert mail["subject"].replace("\u00a0", " ") == "TEST · Toko Lumbung sent you a bill of Rp 275.000"

        await payer.open(link_in(mail, "/pay/"))
        await payer.submit("/choose", method="virtual_account", bank="BNI")
        payment = {"id": page.split("/")[-2]}
        await world.pays(await world.payment(payment))
        await world.becomes(payment, "paid")

        async def told() -> bool:
            return (await desk.open(page)).count('<li class="done">') == 5

        await eventually(told, "all five stages of the link")
        assert "taken by the mail server" in desk.page
    assert await world.ledger(payment) == [("clearing", "sales", 275_000)]
    assert len(await world.mails("jane@kantor.example", "sent you a bill of")) == 1
