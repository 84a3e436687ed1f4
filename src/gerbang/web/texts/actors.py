"""How whoever did something is called: people with their role, keys, and the parts of Gerbang."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "actor.user": ("Pengguna `{id}`", "User `{id}`"),
    "actor.key": ("Kunci API `{id}`", "API key `{id}`"),
    "actor.user.named": ("{name} ({role})", "{name} ({role})"),
    "actor.key.named": ("Kunci API {name}", "API key {name}"),
    "role.customer": ("Pelanggan", "Customer"),
    "role.support": ("Layanan pelanggan", "Support"),
    "role.finance": ("Keuangan", "Finance"),
    "role.developer": ("Pengembang", "Developer"),
    "role.admin": ("Admin", "Admin"),
    "actor.payer": ("Pembayar", "The payer"),
    "actor.endpoint_owner": ("Pemilik endpoint, lewat tautan `{id}`", "The endpoint's owner, by link `{id}`"),
    "actor.recipient": ("Penerima email", "Whoever got the mail"),
    "actor.hook": ("{id}", "{id}"),
    "actor.system": ("Gerbang", "Gerbang"),
}
