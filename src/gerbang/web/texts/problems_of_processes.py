"""The codes that end a command or a process, or that one process tells itself: a log shows them, no answer over HTTP does. As problems.py."""

from collections.abc import Mapping
from typing import Final

from gerbang.web.texts.problems import ProblemText, Retry

# fmt: off
OF_PROCESSES: Final[Mapping[str, ProblemText]] = {
    "settings_invalid": ProblemText("A variable of the environment does not say what it must.", "Mend each that is named; docs/reference/settings.md lists them.", Retry.MENDED, "`GERBANG_PORT=http`"),
    "port_taken": ProblemText("Something else listens on the port.", "End it, or choose another port with --port.", Retry.MENDED, "`gerbang up` twice"),
    "postgres_unusable": ProblemText("PostgreSQL cannot be found, prepared or started here.", "Do what the hint says, or set GERBANG_DATABASE_URL to a server of your own.", Retry.MENDED, "A data folder on a disk that is full"),
    "unsafe_database": ProblemText("The database would lose acknowledged payments, or let the application rewrite what proves them.", "Set what is named: fsync, full_page_writes and synchronous_commit on, and the application's role without more rights than the migrations gave it.", Retry.MENDED, "`fsync = off`"),
    "cannot_listen": ProblemText("Nothing can be listened on there: no such address on this machine, a port that is taken, or one that is closed to this account.", "Correct the setting that is named: GERBANG_HOST, GERBANG_PORT.", Retry.MENDED, "`GERBANG_HOST=10.9.9.9`"),
    "schema_behind": ProblemText("The database lacks migrations of this version, or is empty.", "Run `gerbang migrate`, with GERBANG_DATABASE_OWNER_URL set.", Retry.MENDED, "`gerbang serve` on a new database"),
    "migration_busy": ProblemText("Another process is migrating and did not finish in time.", "Wait for it, and start again.", Retry.LATER, "Two `gerbang migrate` at once"),
    "migration_refused": ProblemText("The migration files and the database disagree; nothing was changed.", "Run the version that the database belongs to, or a newer one.", Retry.NO, "An older version on a newer database"),
    "child_hopeless": ProblemText("A process of `gerbang up` dies again and again before it ever answers.", "Read what it said above.", Retry.MENDED, "A plug-in that cannot be imported"),
    "not_fresh": ProblemText("`up --fresh` would delete less than it promises, or more.", "Name a data folder that `up` itself made, and no database of your own.", Retry.MENDED, "`--fresh` beside GERBANG_DATABASE_URL"),
    "no_instance": ProblemText("No running Gerbang was found to be asked.", "Start `gerbang up`, name its folder by --data, or name another Gerbang by --api and GERBANG_API_KEY.", Retry.MENDED, "`gerbang events tail` while nothing runs"),
    "instance_away": ProblemText("The Gerbang that is asked does not answer now.", "Look whether it runs and can be reached; `listen` and `tail` try again by themselves.", Retry.LATER, "`gerbang up` was stopped meanwhile"),
    "refused": ProblemText("The Gerbang that is asked answered no, in the words that stand there.", "Do what its hint says.", Retry.MENDED, "An API key without the permission"),
    "unknown_event": ProblemText("No event has this type.", "`gerbang trigger` lists them.", Retry.MENDED, "`gerbang trigger payment.payed`"),
    "cannot_trigger": ProblemText("The sandbox has no means to bring this event about.", "What stands there says why, and what would.", Retry.NO, "`gerbang trigger payment.disputed`"),
    "event_not_seen": ProblemText("All calls were made, and the event was not announced in time.", "Look with `gerbang doctor` whether a worker runs, and with `gerbang events tail` at what happens.", Retry.LATER, "`gerbang trigger` while the worker is paused"),
    "live_connection": ProblemText("The connection that would take the payment moves real money: nothing is triggered through it.", "Disable it while you try things out, or use a `gerbang up` with a data folder of its own.", Retry.MENDED, "`gerbang trigger payment.paid` beside a live connection"),
    "already_listening": ProblemText("A `gerbang listen` for this address runs already: two would deliver everything twice.", "End it, or forward to another address.", Retry.MENDED, "`gerbang listen` in two terminals"),
    "not_prepared": ProblemText("The root key or the schema of `gerbang up` is not as it must be.", "Read what was said before it: that names the cause and the cure.", Retry.MENDED, "A root key that other accounts can read"),
    "demo_failed": ProblemText("The demo users could not be made.", "Read what `gerbang seed-demo` said.", Retry.MENDED, "A database that is away"),
    "no_one_wallet": ProblemText("It is not clear which wallet is meant.", "Name the connection.", Retry.MENDED, "`gerbang addresses` with two wallets"),
    "addresses_shown": ProblemText("Crypto addresses would be given again that are known to have been shown.", "Resume at the number that is named, or above.", Retry.MENDED, "`gerbang addresses resume-at 0`"),
    "addresses_too_far_ahead": ProblemText("More numbers would be skipped than can be looked at for late money.", "Resume nearer to the numbers that are known.", Retry.MENDED, "`gerbang addresses resume-at 2000000000`"),
    "out_of_time": ProblemText("The business time of the sandbox cannot be moved so far.", "Move it less.", Retry.NO, "`POST /control/clock` by a thousand years"),
    "not_confirmed": ProblemText("Erasing a person cannot be undone, and was not confirmed.", "Look at what is kept with `gerbang person export`, then add --yes.", Retry.MENDED, "`gerbang person erase` without --yes"),
    "lease_lost": ProblemText("A job ran longer than its lease and belongs to another worker now: nothing of this try was kept.", "Nothing: the other worker does it.", Retry.NO, "A worker that was paused for a minute"),
    "limit_not_counted": ProblemText("A counter of requests could not be written.", "Nothing: the route is closed or open as its kind demands, and says so by a code of its own.", Retry.LATER, "The database is away"),
}
# fmt: on
