"""The small language of a shop's texts against hostile authors: whatever reaches beyond its dictionary is refused, and what is left of it is bounded."""

import time

import pytest

from gerbang.core.notifications.model import Template
from gerbang.core.notifications.text_language import Rendering, TextTooLong, fixed_text, problems
from gerbang.core.notifications.text_model import TextKey
from gerbang.core.notifications.text_rules import (
    foreign_links,
    is_like_an_account,
    may_be_changed,
    needs_second_person,
    texts,
)
from gerbang.ports.messenger import Channel

NAMES = ("name", "amount", "number", "link")
OURS = "https://toko.example"
MAIL = TextKey(Template.PAYMENT_PAID, "id", Channel.EMAIL)


def wrong(source: str) -> str:
    return " ".join(problems(source, NAMES, ("items",)))


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        "{{ name | upper }} {{ name|lower }}",
        "{% if name and not (amount or number) %}a{% elif link %}b{% else %}c{% endif %}",
        "{% for item, price in items %}{{ item }}: {{ price }}{% if link %}!{% endif %}{% endfor %}",
        "{# a remark #}plain { text } 100%",
    ],
)
def test_what_a_message_needs_is_allowed(source: str) -> None:
    assert problems(source, NAMES, ("items",)) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ name.__class__.__mro__ }}",
        "{{ name['__class__'] }}",
        "{{ name.upper() }}",
        "{{ name|attr('__class__') }}",
        "{{ name|map(attribute='x') }}",
        "{{ name|upper|lower }}",
        "{{ name|format(amount) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ name * 1000000000 }}",
        "{{ name ~ amount }}",
        "{{ name if amount else link }}",
        "{{ 'evil.example' }}",
        "{{ [1, 2] }}",
        "{{ {'a': name} }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self }}",
        "{{ loop.index }}",
        "{{ 2 ** 1000000 }}",
        "{% for item, price in range(1000000000) %}x{% endfor %}",
        "{% for one in items %}x{% endfor %}",
        "{% for a, b in items %}{% for c, d in items %}x{% endfor %}{% endfor %}",
        "{% for a, b in items if a %}x{% endfor %}",
        "{% for a, b in items recursive %}{{ loop(items) }}{% endfor %}",
        "{% for name, link in items %}x{% endfor %}",
        "{% for a, (b, c) in items %}x{% endfor %}",
        "{% if name == 'Sari' %}x{% endif %}",
        "{% if name is defined %}x{% endif %}",
        "{% if name in items %}x{% endif %}",
        "{% set link = 'https://evil.example' %}",
        "{% with link = name %}x{% endwith %}",
        "{% macro link() %}x{% endmacro %}",
        "{% include 'layout.txt' %}",
        "{% extends 'layout.txt' %}",
        "{% import 'parts.html' as parts %}",
        "{% block body %}x{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% call name() %}x{% endcall %}",
        "{% do name %}",
        "{% if name %}" * 5_000,
        "{% if name %}" * 12 + "{% endif %}" * 12,
        "{% if " + "not " * 5_000 + "name %}x{% endif %}",
        "{{ " + "(" * 5_000 + "name" + ")" * 5_000 + " }}",
        "{{ name",
        "{% if name %}",
        "{% for %}",
    ],
)
def test_what_reaches_beyond_the_dictionary_is_refused(source: str) -> None:
    assert wrong(source), source[:60]


def test_a_name_that_is_not_there_is_told_with_those_that_were_meant() -> None:
    assert wrong("Halo\n{{ nama }}") == "Line 2: there is no nama in this text. Did you mean name?"
    assert "Did you mean" not in wrong("{{ zzzz }}")


def test_every_mistake_is_told_at_once() -> None:
    assert len(problems("{{ nama }}\n{{ jumlah() }}\n{% set x = 1 %}", NAMES, ())) == 3


def test_what_grows_beyond_64_kb_is_not_made() -> None:
    with pytest.raises(TextTooLong):
        Rendering("{% for a, b in items %}{{ name }}{% endfor %}").render(
            {"name": "x" * 4_000}, {"items": [("a", "b")] * 30}
        )


def test_a_value_is_never_read_as_a_template() -> None:
    said = "{{ amount }}{% if name %}x{% endif %}"
    assert Rendering("{{ name }}").render({"name": said, "amount": "1"}, {}) == said


def test_the_masked_text_takes_the_same_branches_and_holds_no_value() -> None:
    made = Rendering("{% if amount %}evil{{ amount }}{% else %}good{% endif %} {{ link }}")
    assert made.masked({"amount": "Rp 1", "link": f"{OURS}/p"}, {}, ["link"]) == f"evilxx {OURS}/p"
    assert made.masked({"amount": "", "link": ""}, {}, ["link"]) == "good "


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/pay",
        "HTTP://EVIL.EXAMPLE",
        "evil.example",
        "www.evil.example/x",
        "evil。example",
        "evil．example",
        "evil․example",
        "https://tоko.example/pay",  # a Cyrillic о
        "tоko.example",
        "tоко.example",
        "toko.exam\u200bple.com",
        "toko\u0323.example",
        "https://toko.example@evil.example/",
        "https://toko.example\\@evil.example/",
        "https://toko.example.evil.example/",
        "https://toko.example:8443/",
        "http://toko.example/",
        "https://evil%2eexample",
        "https:\\\\evil.example",
        "//evil.example/x",
        "http://0x7f000001/",
        "http://[::1]/",
        "xn--80ak6aa92e.com",
        "javascript:alert(1)",
        "JaVaScRiPt : alert(1)",
        "data:text/html,x",
        "mailto:thief@evil.example",
        "tel:+62811",
        "thief@evil.example",
        "intent://x",
        "\u202ehttps",
        "192.0.2.10/pay",
        "192.0.2.10:8080",
        "toko.example:8443",
        "http:evil.example",
        "ｊavascript:x",
    ],
)
def test_whatever_may_be_taken_for_a_link_elsewhere_is_found(text: str) -> None:
    assert foreign_links(f"Bayar di {text} sekarang", OURS), text


@pytest.mark.parametrize(
    "text",
    [
        f"Lihat: {OURS}/pay/pay_1?t=a.b ({OURS}/pay/pay_1)",
        "toko.example",
        "Rp 1.000.000.000, versi 1.2.3",
        "Rp 150.000 sebelum 24 Nov 2026 14.05 WIB.",
        "Halo, Sari. Terima kasih! (1) Simpan bukti: 2. Tunggu kabar...",
        "Selamat ❤️ a/n Toko",
    ],
)
def test_plain_sentences_and_our_own_address_are_no_foreign_links(text: str) -> None:
    assert foreign_links(text, OURS) == []


@pytest.mark.parametrize(
    "piece", ["a", "1.", "a.", ".", ":", "a:", "://", "1.1.1.1", "data ", "data:", "\n \n", "https://toko.example/"]
)
def test_a_long_text_is_looked_through_once(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    foreign_links(text, OURS)
    is_like_an_account([text])
    assert time.process_time() - began < 1, "with its square it would take minutes, in the process that serves"


@pytest.mark.parametrize(
    "text",
    [
        "BCA 8808123456",
        "BCA 88-08 12.34 56",
        "8\n8\n0\n8\n1\n2\n3\n4",
        "８８０８１２３４",
        "٨٨٠٨١٢٣٤",
        "①②③④⑤⑥⑦⑧",
    ],
)
def test_digits_that_may_be_an_account_number_are_seen_however_they_are_written(text: str) -> None:
    assert is_like_an_account(["Transfer ke ", text])
    assert needs_second_person(MAIL, [text]) == ["digits"]


def test_digits_that_are_spread_over_branches_are_counted_together() -> None:
    source = "{% if name %}8808{% else %}x{% endif %}y{% if amount %}1234{% endif %}"
    assert is_like_an_account(fixed_text(source))
    assert not is_like_an_account(fixed_text("Dalam 24 jam, {{ amount }}"))


def test_how_to_pay_always_needs_a_second_person() -> None:
    for key in texts():
        assert bool(needs_second_person(key, ["Halo"])) == (key.template is Template.PAYMENT_INSTRUCTIONS)


def test_what_guards_accounts_and_what_operators_are_told_stays_ours() -> None:
    fixed = (
        Template.SECURITY_TOKEN_REUSE,
        Template.ENDPOINT_OWNER_CODE,
        Template.ENDPOINT_OWNER_LINK,
        Template.OPERATOR_ATTENTION,
    )
    assert not any(may_be_changed(TextKey(one, "id", Channel.EMAIL)) for one in fixed)
    assert not may_be_changed(TextKey(Template.PAYMENT_PAID, "id", Channel.PUSH))
    assert not may_be_changed(TextKey(Template.REFUND_REQUESTED, "id", Channel.SMS)), "it is told by mail alone"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{{ amount * 2 }}", "no calculation."),
        ("{{ name.x }}", "no dot or bracket behind it."),
        ("{% set x = 1 %}", "no {% set %}."),
        ("{{ name", "each {{ needs its }}"),
        ("{% if name %}a", "each {% if needs its {% endif"),
    ],
)
def test_a_mistake_is_told_in_words_of_people_who_write_no_programs(source: str, says: str) -> None:
    assert says in wrong(source)
    assert ".." not in wrong(source)
