"""Refusals in three voices: every code that an adapter can give has its words, and a payer reads nothing that is not theirs to know."""

import ast
from pathlib import Path

import pytest

from gerbang.core.payments.model import Failure
from gerbang.ports.declines import DeclineCode
from gerbang.providers.nicepay import codes as classic
from gerbang.providers.nicepay.snap import codes as snap
from gerbang.web.texts.declines import DECLINES
from gerbang.web.views.attempt_failures import code_for_payer, failure_view, to_operator, to_payer

SOURCE = Path(__file__).parents[3] / "src" / "gerbang"
OF_REFUNDS = {
    "refund_not_supported",
    "refund_refused",
    "refund_unavailable",
    "refund_failed",
    "partial_refund_not_supported",
    "refund_too_large",
    "refund_not_allowed",
    "refund_window_passed",
}


def literal_codes() -> set[str]:
    """Every code that is written out where a refusal is made."""
    made = [
        node.args[0].value
        for path in SOURCE.rglob("*.py")
        if "simulator" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Declined", "Failure"}
        if node.args and isinstance(node.args[0], ast.Constant)
    ]
    return {str(code) for code in made}


def test_every_code_has_words_for_payer_and_operator_in_both_languages() -> None:
    assert set(DECLINES) == set(DeclineCode)
    assert all(len(set(voices.payer + voices.operator)) == 4 for voices in DECLINES.values())


def test_whatever_an_adapter_can_say_is_a_code_of_the_vocabulary() -> None:
    known = {str(code) for code in DeclineCode} | OF_REFUNDS
    of_tables = {m.code for table in (classic.MEANINGS, snap.MEANINGS) for m in table.values() if m.code}
    assert literal_codes() <= known
    assert of_tables <= known


@pytest.mark.parametrize("code", ["suspected_fraud", "card_blocked", "card_declined"])
def test_a_payer_does_not_read_what_a_bank_suspects(code: str) -> None:
    said = to_payer(Failure(code, "Pick up card (stolen)", "43"), "en")
    assert said == to_payer(Failure("card_declined", ""), "en")
    assert "stolen" not in said
    assert code_for_payer(Failure(code, "")) == "card_declined"


def test_the_api_says_our_code_the_provider_s_code_and_words_and_what_to_tell_the_payer() -> None:
    view = failure_view(Failure("insufficient_funds", "Insufficient funds.", "51"), "en")
    assert view is not None
    assert (view.code, view.detail, view.provider_code) == ("insufficient_funds", "Insufficient funds.", "51")
    assert "not enough money" in view.payer_message


def test_an_operator_reads_what_it_means_and_the_provider_s_own_words() -> None:
    said = to_operator(Failure("authentication_failed", "3-D Secure failed.", "9117"), "en")
    assert "3-D Secure" in said
    assert "9117 · 3-D Secure failed." in said


def test_a_code_that_is_no_longer_known_still_has_words() -> None:
    assert to_payer(Failure("of_an_old_version", "x"), "id")
