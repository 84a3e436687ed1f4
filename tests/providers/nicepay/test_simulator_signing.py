"""The simulator's signatures against the vectors of the notes (11.1), which the provider's own library computed."""

import pytest

from gerbang.providers.nicepay.simulator.signing import merchant_token
from tests.sandbox.merchant import IMID, KEY, STAMP, token

TXID = "DEMOMERCH102202501150930011234"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            (STAMP, IMID, "INV-2025-0001", "150000", KEY),
            "a79ec8b567bd5b9924e707eb3fb3a08209273637a9a0440772958ba2106255ea",
        ),
        ((STAMP, IMID, TXID, "150000", KEY), "882c1d01d6bf123ff8fc800c02e92d9e6d0ccbd8706fe642cfad44a4fb598252"),
        ((STAMP, IMID, TXID, "50000", KEY), "143fb0701fc4a6420d4931f0669f7f029c29158d6d78436ed2932e7fee2bbfba"),
        ((IMID, TXID, "150000", KEY), "58892c8adeb9a0c731ac610bd392062b83c1893de407e41c623c703d0d80336f"),
        (
            (STAMP, IMID, "INV-2025-0001", "150000.00", KEY),
            "9722de3a504910ca7969e9ffb2cccbbfcf254f5a64c3273beb66faff17dcc03d",
        ),
        # The formulas of calls that nobody here makes: V1, fixed accounts, payouts.
        ((IMID, "INV-2025-0001", "150000", KEY), "65f8aa533d31d72d0dab7c3be3c203c5ac21046750767ff0549194b8da2f0a7c"),
        ((IMID, "CUST0001", KEY), "bbc8e553eff1c99785d8e0070807998e22165a348e9dfffdf7894cf5cf42d6f2"),
        (
            (IMID, "7015000000123456", "20250101", KEY),
            "d7f066668f3f67cb25ae646f6f53ae4279ee492014e8f21092dbfccb62c18a46",
        ),
        (
            (STAMP, IMID, "150000", "1234567890", KEY),
            "107a597928a634f3f66b85460f3ab46eb5f55fe4c1c36d86227f1173e66aa7f4",
        ),
        ((STAMP, IMID, TXID, KEY), "b6793b6bdd460aa1d95ebde4d607ba9331b18b246c2f0bb0bdcd5d79539bf1a7"),
        ((STAMP, IMID, TXID, "1234567890", KEY), "87d387e28af87f0db18da36009615eac20d01d87575bf55f4167bb23ede4f0e0"),
        ((STAMP, IMID, KEY), "e12bbe372f90b01d6e78dff4039f773b7eb69cebc648dc0b9a403f8cc1ba1ead"),
    ],
)
def test_the_simulator_signs_as_the_vectors_of_the_notes_say(parts: tuple[str, ...], expected: str) -> None:
    assert merchant_token(*parts) == expected
    assert token(*parts) == expected
