"""`gerbang sandbox`: the simulators, as one process. What it consists of is put together in gerbang/app/."""

from gerbang.cli.process import loading, run_until_asked, settings_here


def sandbox() -> None:
    """Simulate every provider until SIGTERM or Ctrl-C; never for real money."""
    with loading():
        from gerbang import app

    run_until_asked(app.sandbox, settings_here())
