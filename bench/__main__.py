"""`python -m bench` is `python -m bench.run`. Nothing else."""

from __future__ import annotations

from bench.run import main

if __name__ == "__main__":
    main()
