"""Every number in a connection's settings has bounds, named beside the field: what cannot work is refused when it is saved (R65)."""

import pytest

from gerbang.ports.provider import Provider, SettingField
from gerbang.providers import PROVIDERS

NUMBERS = [(one, field) for one in PROVIDERS.values() for field in one.settings if field.form == "integer"]


def complaints(provider: Provider, field: SettingField, value: str) -> list[str]:
    found = provider.problems({field.name: value}, ())
    return [one.detail for one in found if one.pointer == f"/settings/{field.name}" and "whole number" in one.detail]


@pytest.mark.parametrize(("provider", "field"), NUMBERS, ids=[f"{one.name}-{field.name}" for one, field in NUMBERS])
def test_a_number_beyond_its_bounds_is_refused_with_its_range(provider: Provider, field: SettingField) -> None:
    said = [f"Must be a whole number from {field.least} to {field.most}."]
    for value in (str(field.least - 1), str(field.most + 1), "1" + "0" * 18, "-1", "1e3", "१"):
        assert complaints(provider, field, value) == said, value
    for value in (str(field.least), str(field.most), field.default):
        assert complaints(provider, field, value) == [], value
