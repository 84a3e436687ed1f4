"""`gerbang work`: the worker, as one process. What it consists of is put together in gerbang/app/."""

from gerbang.cli.process import loading, run_until_asked, settings_here


def work() -> None:
    """Work until SIGTERM or Ctrl-C; jobs in flight are finished or given back."""
    settings = settings_here()
    settings.database_dsn()  # said at once, before the rest is loaded
    with loading():
        from gerbang import app

    run_until_asked(app.work, settings)
