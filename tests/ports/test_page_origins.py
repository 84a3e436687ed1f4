"""What a provider may ask of a page of ours: origins by https, each by its whole name."""

import pytest

from gerbang.ports.page_origins import PageOrigins


@pytest.mark.parametrize("field", ["script", "frame", "connect", "form_action"])
def test_an_origin_is_https_and_a_host_by_name(field: str) -> None:
    for good in ("https://js.provider.example", "https://www.provider-2.example:8443"):
        assert getattr(PageOrigins(**{field: (good,)}), field) == (good,)


@pytest.mark.parametrize(
    "bad",
    [
        "http://js.provider.example",
        "https://*.provider.example",
        "https:",
        "*",
        "'unsafe-inline'",
        "'unsafe-eval'",
        "'self'",
        "data:",
        "https://js.provider.example/sdk.js",
        "https://js.provider.example https://another.example",
        "https://js.provider.example; script-src *",
        "https://js.provider.example,https://another.example",
        "https://provider",
        "https://user@js.provider.example",
        "https://js.provider.example\n",
        "https://JS.provider.example",
        "",
    ],
)
def test_whatever_would_let_in_more_than_was_named_keeps_gerbang_from_starting(bad: str) -> None:
    with pytest.raises(ValueError, match="script: "):
        PageOrigins(script=(bad,))
