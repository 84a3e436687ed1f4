"""`gerbang serve`: the API, the checkout pages and the console, as one process. What it consists of is put together in gerbang/app/."""

from gerbang.cli.process import loading, run_until_asked, settings_here


def serve() -> None:
    """Serve until SIGTERM or Ctrl-C; requests in flight are finished first."""
    settings = settings_here()
    settings.database_dsn()  # said at once, before the rest is loaded
    with loading():
        from gerbang import app

    run_until_asked(app.serve, settings)
