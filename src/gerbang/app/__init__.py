"""The composition root: the one place that knows everything. Read it to see what Gerbang consists of.

`core` puts together what every process has; `serve`, `work` and `sandbox` are the three processes; `seed_demo` fills a sandbox.
What each noun brings to them is in nouns.py.
"""

from gerbang.app.api_process import serve, services
from gerbang.app.messages import mail_account, mail_provider, message_route, people
from gerbang.app.parts import core, quote_terms
from gerbang.app.person import erase_person, export_person
from gerbang.app.sandbox_process import sandbox, seed_demo
from gerbang.app.worker_process import work
from gerbang.noun import Core

__all__ = [
    "Core",
    "core",
    "erase_person",
    "export_person",
    "mail_account",
    "mail_provider",
    "message_route",
    "people",
    "quote_terms",
    "sandbox",
    "seed_demo",
    "serve",
    "services",
    "work",
]
