"""`python -m gerbang` and the `gerbang` script. The commands are in gerbang/cli."""

from gerbang.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
