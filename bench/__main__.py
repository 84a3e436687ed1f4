"""`python -m bench` is `python -m bench.run`, and `python -m bench growth …` is `python -m bench.growth.run`. Nothing else."""

from __future__ import annotations

import sys

from bench import run
from bench.growth import run as growth

if __name__ == "__main__":
    if sys.argv[1:2] == ["growth"]:
        growth.main(sys.argv[2:])
    else:
        run.main()
