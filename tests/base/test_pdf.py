"""A PDF of text, read back by somebody else's reader."""

from io import BytesIO

from pypdf import PdfReader

from gerbang.base.pdf import WIDTH, Mark, Rule, Words, document, flush_right


def test_every_page_says_what_was_written_and_the_same_text_makes_the_same_bytes() -> None:
    pages: list[list[Mark]] = [
        [Words(50, 700, r"Kopi (Gayo) \ 5 €", 12, "bold"), Rule(50, 690, 300)],
        [Words(50, 700, "two")],
    ]
    file = document("Invoice (1)", pages)
    read = PdfReader(BytesIO(file), strict=True)
    assert [page.extract_text().strip() for page in read.pages] == [r"Kopi (Gayo) \ 5 €", "two"]
    assert read.metadata is not None
    assert read.metadata.title == "Invoice (1)"
    assert document("Invoice (1)", pages) == file


def test_letters_that_the_fonts_lack_lose_their_marks_or_become_a_question_mark() -> None:
    read = PdfReader(BytesIO(document("x", [[Words(50, 700, "Đà Nẵng ế กข\u0301\ny")]])), strict=True)
    assert read.pages[0].extract_text().strip() == "?à Nang e ?? y"


def test_text_that_is_flush_right_ends_there() -> None:
    words = flush_right(WIDTH - 50, 10, "Rp 1.000", 10)
    assert words.x == WIDTH - 50 - 8 * 6
