"""Registering orders at NICEPAY: what is sent, what each answer means, and what a failed call is called."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Declined, Mismatched
from gerbang.ports.next_action import DisplayVirtualAccount, Redirect
from gerbang.ports.payment import Account, Lookup, Method, Payer, SubmissionEffect
from gerbang.providers.nicepay import PROVIDER
from gerbang.providers.nicepay.account import BANKS
from gerbang.providers.nicepay.adapter import NicepayPayments
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import NOW, REFERENCE, account, submission
from tests.providers.nicepay.script import HANG_UP, IMID, KEY, REDIRECT, REGISTRATION, TXID, Say, Script


class TestTerms:
    def test_both_methods_only_instruct_and_are_looked_up_by_their_txid(self, provider: NicepayPayments) -> None:
        card, va = provider.terms(account("http://x"))
        assert {card.method, va.method} == {Method.CARD, Method.VIRTUAL_ACCOUNT}
        for one in (card, va):
            assert (one.effect, one.lookup, one.currency, one.cancel) == (
                SubmissionEffect.INSTRUCTS,
                Lookup.BY_THEIRS,
                "IDR",
                True,
            )
        assert (card.refund, card.partial_refund, va.refund, va.partial_refund) == (True, True, False, False)
        assert [bank.name for bank in va.options] == [
            "BCA",
            "BRI",
            "MANDIRI",
            "BNI",
            "PERMATA",
            "CIMB",
            "DANAMON",
            "MAYBANK",
            "HANA",
        ]

    def test_what_is_not_set_up_is_not_offered(self, provider: NicepayPayments) -> None:
        only = account(
            "http://x",
            methods="virtual_account",
            banks="BCA BRI",
            least_virtual_account="10000",
            most_virtual_account="50000000",
        )
        (va,) = provider.terms(only)
        assert ([bank.name for bank in va.options], va.least, va.most) == (["BCA", "BRI"], 10_000, 50_000_000)
        assert not provider.terms(replace(only, settings={}))
        (card,) = provider.terms(replace(only, settings={"imid_card": IMID}))
        assert card.method is Method.CARD


class TestSubmittingAVirtualAccount:
    async def test_the_order_says_everything_that_the_documents_ask_for(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert fact == Accepted(
            TXID, DisplayVirtualAccount("MANDIRI", "70014000090930011234"), datetime(2025, 1, 17, 2, 30, 1, tzinfo=UTC)
        )
        (order,) = script.bodies(REGISTRATION)
        assert order == {
            "timeStamp": "20250115093000",
            "iMid": IMID,
            "payMethod": "02",
            "currency": "IDR",
            "amt": "150000",
            "referenceNo": REFERENCE,
            "goodsNm": "Kopi Gayo 1 kg",
            "billingNm": "Budi Santoso",
            "billingPhone": "6281234567890",
            "billingEmail": "budi@example.com",
            "billingAddr": "Indonesia",
            "billingCity": "Jakarta",
            "billingState": "DKI Jakarta",
            "billingPostCd": "10110",
            "billingCountry": "Indonesia",
            "dbProcessUrl": "https://gerbang.example.com/hooks/con_1",
            "merchantToken": order["merchantToken"],
            "cartData": "{}",
            "description": "pay_01JHK3V0000000000000000000",
            "bankCd": "BMRI",
            "vacctValidDt": "20250116",
            "vacctValidTm": "093000",
        }
        assert len(order["referenceNo"]) == 30

    @pytest.mark.parametrize(("bank", "code"), BANKS.items())
    async def test_every_bank_has_its_code(
        self, provider: NicepayPayments, script: Script, bank: str, code: str
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        (fact,) = await provider.submit(account(script.base_url), submission(options={"bank": bank}))
        assert isinstance(fact, Accepted)
        assert fact.next_action == DisplayVirtualAccount(bank, "70014000090930011234")
        assert script.bodies(REGISTRATION)[0]["bankCd"] == code

    async def test_a_payer_of_whom_little_is_known_gets_the_defaults(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        odd = Payer(name="☕", email="x" * 40 + "@example.com", phone="1" * 16)
        await provider.submit(
            account(script.base_url, billing_phone="02150000000"), submission(payer=odd, description="☕")
        )
        (order,) = script.bodies(REGISTRATION)
        assert [order[name] for name in ("billingNm", "billingEmail", "billingPhone", "goodsNm")] == [
            "Pelanggan",
            "pelanggan@example.com",
            "02150000000",
            "Pembayaran",
        ]

    async def test_names_are_cut_and_cleaned_to_their_table(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        long = Payer(name="Ayu O'Brien-Sánchez, S.Kom. 2nd of Her Name", phone="021-555 1234")
        await provider.submit(account(script.base_url), submission(payer=long))
        (order,) = script.bodies(REGISTRATION)
        assert (order["billingNm"], order["billingPhone"]) == ("Ayu OBrien Sanchez S Kom nd of", "62215551234")

    async def test_fields_that_do_not_apply_may_be_absent_and_amounts_numbers(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(
            REGISTRATION,
            lambda _: wire.say({"resultCd": "0000", "tXid": TXID, "vacctNo": 70014000090930011234, "amt": 150_000}),
        )
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert fact == Accepted(TXID, DisplayVirtualAccount("MANDIRI", "70014000090930011234"), NOW + timedelta(days=1))

    @pytest.mark.parametrize(
        "change",
        [{"referenceNo": "INV-1"}, {"amt": "150001"}, {"amt": "1500.00"}, {"currency": "USD"}, {"bankCd": "CENA"}],
    )
    async def test_an_order_registered_otherwise_is_never_shown_to_the_payer(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, str]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order, **change)))
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Mismatched)

    @pytest.mark.parametrize("change", [{"tXid": None}, {"tXid": ""}, {"vacctNo": None}, {"vacctNo": "n/a"}])
    async def test_success_without_what_it_is_for_is_unknown(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, Any]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order, **change)))
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), submission())

    async def test_a_decline_is_a_fact_with_their_words(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REGISTRATION, wire.refusal("9209", "Invalid\x00 minimum amount"))
        facts = await provider.submit(account(script.base_url), submission())
        assert facts == (Declined("amount_too_small", "Invalid minimum amount", "9209"),)

    async def test_our_reference_used_before_is_an_earlier_try_whose_answer_is_lost(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(REGISTRATION, wire.refusal("9009", "Duplicated referenceNo"))
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), submission())
        assert len(script.heard) == 1


class TestSubmittingACard:
    async def test_the_payer_is_sent_to_their_page_and_no_card_field_is_ours(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        (fact,) = await provider.submit(account(script.base_url), submission(Method.CARD))
        assert fact == Accepted(TXID, Redirect(f"https://dev.nicepay.co.id/nicepay/redirect/v2/payment?tXid={TXID}"))
        (order,) = script.bodies(REDIRECT)
        assert not {name for name in order if name.startswith(("card", "bankCd", "vacct", "recurringToken"))}
        assert (order["payMethod"], order["callBackUrl"], order["userIP"]) == (
            "01",
            "https://shop.example.com/back",
            "203.0.113.7",
        )
        assert order["cartData"] == (
            '{"count":"1","item":[{"goods_name":"Kopi Gayo 1 kg","goods_detail":"Kopi Gayo 1 kg",'
            '"goods_amt":"150000","goods_quantity":"1","img_url":""}]}'
        )

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            (None, "{base}/redirect/v2/payment?tXid={txid}"),
            ("javascript:alert(1)", "{base}/redirect/v2/payment?tXid={txid}"),
            ("https://pay.example.com/p?lang=id", "https://pay.example.com/p?lang=id&tXid={txid}"),
            ("https://pay.example.com/p?tXid=" + TXID, "https://pay.example.com/p?tXid={txid}"),
        ],
    )
    async def test_their_address_is_completed(
        self, provider: NicepayPayments, script: Script, told: str | None, expected: str
    ) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order, paymentURL=told)))
        (fact,) = await provider.submit(account(script.base_url), submission(Method.CARD))
        assert isinstance(fact, Accepted)
        assert fact.next_action == Redirect(expected.format(base=script.base_url, txid=TXID))

    @pytest.mark.parametrize(
        ("pressed_from", "told"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8::1", "192.0.2.1"),
            ("", "192.0.2.1"),
        ],
    )
    async def test_their_field_holds_the_payers_ipv4_address_or_the_connections(
        self, provider: NicepayPayments, script: Script, pressed_from: str, told: str
    ) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        payer = Payer(ip=pressed_from)
        await provider.submit(account(script.base_url, user_ip="192.0.2.1"), submission(Method.CARD, payer=payer))
        assert script.bodies(REDIRECT)[0]["userIP"] == told

    async def test_a_name_of_any_script_goes_in_their_letters(self, provider: NicepayPayments, script: Script) -> None:
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        payer = Payer(name="Łukasz Ørsted đ ß æ İ ı 愛")
        await provider.submit(account(script.base_url), submission(Method.CARD, payer=payer))
        assert script.bodies(REDIRECT)[0]["billingNm"] == "Lukasz Orsted d ss ae I i Ai"


class TestWhichMerchantSigns:
    @pytest.mark.parametrize(
        "secrets",
        [
            {"merchant_key": [KEY, b"an older key"]},
            {"merchant_key": [KEY], "merchant_key_virtual_account": [b""]},
            {"merchant_key": [b"another"], "merchant_key_virtual_account": [KEY]},
        ],
    )
    async def test_the_newest_key_of_the_method_signs(
        self, provider: NicepayPayments, script: Script, secrets: Mapping[str, Any]
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        await provider.submit(replace(account(script.base_url), secrets=secrets), submission())
        (order,) = script.bodies(REGISTRATION)
        signed = f"20250115093000{IMID}{REFERENCE}150000".encode() + KEY
        assert order["merchantToken"] == sha256(signed).hexdigest()

    async def test_a_method_may_have_its_own_merchant_id_and_key(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(REGISTRATION, lambda order: wire.say(wire.registered(order)))
        script.on(REDIRECT, lambda order: wire.say(wire.redirected(order)))
        both = replace(
            account(script.base_url, imid_card="DEMOMERCH2"),
            secrets={"merchant_key": [KEY], "merchant_key_card": [b"a card key"]},
        )
        await provider.submit(both, submission())
        await provider.submit(both, submission(Method.CARD))
        va, card = script.bodies(REGISTRATION)[0], script.bodies(REDIRECT)[0]
        assert (va["iMid"], card["iMid"]) == (IMID, "DEMOMERCH2")
        assert va["merchantToken"] != card["merchantToken"]

    @pytest.mark.parametrize(
        "change",
        [
            {"settings": {}},
            {"secrets": {}},
            {"secrets": {"merchant_key": [b""]}},
            {"secrets": {"merchant_key_card": [KEY]}},
        ],
    )
    async def test_without_merchant_id_or_key_nothing_is_sent(
        self, provider: NicepayPayments, change: Mapping[str, Any]
    ) -> None:
        with pytest.raises(ProviderRefused) as refused:
            await provider.submit(replace(account(wire.nobody()), **change), submission())
        assert "virtual_account" in (refused.value.hint or "")

    def test_the_host_follows_the_connections_mode(self) -> None:
        from gerbang.providers.nicepay.account import base_url

        plain = Account("con_1", livemode=False, settings={}, secrets={})
        assert base_url(plain) == "https://dev.nicepay.co.id/nicepay"
        assert base_url(replace(plain, livemode=True)) == "https://www.nicepay.co.id/nicepay"
        assert base_url(replace(plain, settings={"base_url": "https://services.nicepay.co.id/nicepay/"})).endswith(
            ".co.id/nicepay"
        )


class TestTransport:
    """R8 through the adapter: what is safe to send again, and what is not."""

    async def test_r8_a_refused_connection_may_be_sent_again(self, provider: NicepayPayments) -> None:
        with pytest.raises(Unreachable):
            await provider.submit(account(wire.nobody()), submission())

    @pytest.mark.parametrize(
        "answer", [HANG_UP, Say(b"{}", after_s=3), Say(b"oops", 500), Say(b"{", cut=1), Say(b"<html>")]
    )
    async def test_r8_everything_else_without_an_answer_is_unknown(
        self, provider: NicepayPayments, script: Script, answer: Say
    ) -> None:
        script.on(REGISTRATION, answer)
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url, timeout_s="1"), submission())
        assert len(script.heard) == 1

    async def test_a_time_limit_that_is_no_number_sends_nothing(self, provider: NicepayPayments) -> None:
        with pytest.raises(ProviderRefused):
            await provider.submit(account(wire.nobody(), timeout_s="soon"), submission())


def test_the_registry_knows_it() -> None:
    from gerbang.providers import PROVIDERS

    assert PROVIDERS["nicepay"] is PROVIDER
    assert not PROVIDER.problems({"imid": IMID, "card_status_table": "2020", "timeout_s": "5"}, ["merchant_key"])
    wrong = PROVIDER.problems(
        {"imidd": "x", "card_status_table": "1999", "timeout_s": "5s", "base_url": "ftp://x"}, ["merchant_keys"]
    )
    assert sorted(one.pointer for one in wrong) == [
        "/secrets/merchant_key",
        "/secrets/merchant_keys",
        "/settings/base_url",
        "/settings/card_status_table",
        "/settings/imid",
        "/settings/imidd",
        "/settings/timeout_s",
    ]
