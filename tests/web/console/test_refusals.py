"""What could not be done is told in the reader's language, whatever the reason."""

from gerbang.base.errors import Conflict, GerbangError, UpstreamFailed
from gerbang.core.payments import model
from gerbang.core.payments.refunds import model as refund_model
from gerbang.web import texts
from gerbang.web.console.confirmation import REFUSED
from gerbang.web.console.page_frame import refusal


def test_every_refusal_about_a_payment_or_refund_has_words_in_both_languages() -> None:
    kinds = {one for module in (model, refund_model) for one in vars(module).values() if _is_told(one)}
    codes = {one.code for one in kinds} | {kind.code for kind in UpstreamFailed.__subclasses__()}
    assert len(codes) > 15
    assert sorted(code for code in codes if not texts.knows(f"refusal.{code}")) == []
    assert refusal("not_held", "id") != refusal("not_held", "en")


def test_an_address_cannot_make_the_page_say_anything_else() -> None:
    assert refusal("<script>alert(1)</script>", "id") == ""


def _is_told(one: object) -> bool:
    return (
        isinstance(one, type)
        and issubclass(one, GerbangError)
        and issubclass(one, REFUSED)
        and issubclass(one, Conflict)
    )
