"""What could not be done is told in the reader's language, whatever the reason."""

from collections.abc import Iterator

import pytest

from gerbang import app
from gerbang.base.errors import GerbangError
from gerbang.core.endpoints.checking import read_patterns
from gerbang.core.endpoints.model import BadEndpoint
from gerbang.core.endpoints.service import NewEndpoint
from gerbang.web import texts
from gerbang.web.console import endpoint_form
from gerbang.web.console.confirmation import REFUSED
from gerbang.web.console.page_frame import refusal

# Of log-in, accounts, payers, programs and commands: no page of the console does what they refuse.
ELSEWHERE = frozenset(
    {
        *(
            "addresses_shown",
            "addresses_too_far_ahead",
            "addresses_unmarked",
            "invalid_secret_name",
            "invalid_secret_value",
        ),
        *(
            "email_taken",
            "invalid_profile",
            "last_admin",
            "login_busy",
            "login_throttled",
            "no_owner_yet",
            "owner_link_invalid",
        ),
        *("weak_password", "wrong_password", "invalid_subscription", "push_not_offered", "too_many_listeners"),
        *("bad_last_event_id", "credential_in_query", "lease_lost", "out_of_time"),
    }
)


def test_every_refusal_of_what_a_page_can_ask_for_has_words_in_both_languages() -> None:
    kinds = [one for one in _kinds(GerbangError) if issubclass(one, REFUSED) and _is_of_core(one)]
    codes = {one.code for one in kinds} - ELSEWHERE
    assert app.__doc__, "all that can refuse is loaded with it"
    assert len(codes) > 50
    assert sorted(code for code in codes if not texts.knows(f"refusal.{code}")) == []
    assert refusal("not_held", "id") != refusal("not_held", "en")


def test_what_has_no_words_of_its_own_says_that_it_is_english() -> None:
    assert refusal("last_admin", "id") == '<span lang="en">The last admin cannot be removed</span>'


def test_an_address_cannot_make_the_page_say_anything_else() -> None:
    assert refusal("<script>alert(1)</script>", "id") == ""


def _kinds(of: type[GerbangError]) -> Iterator[type[GerbangError]]:
    for one in of.__subclasses__():
        yield one
        yield from _kinds(one)


def _is_of_core(one: type[GerbangError]) -> bool:
    return one.__module__.startswith(
        ("gerbang.core.", "gerbang.base.errors", "gerbang.base.http", "gerbang.base.money")
    )


def test_an_event_that_there_is_none_of_is_said_beside_its_field_in_the_readers_language() -> None:
    asked = NewEndpoint("https://shop.example/hook", events=("payment.*", "payment.payed"))
    with pytest.raises(BadEndpoint) as wrong:
        read_patterns(asked.events, ["payment.paid"])
    told = endpoint_form.refused(wrong.value, asked, "id")
    assert "Tidak ada peristiwa bernama" in told["events"]
    assert "payment.payed" in told["events"]
