"""The command line's entry point, under the name that installed scripts know: `belljar.cli:main`."""

from belljar.commands.cli import build_parser, main

__all__ = ["build_parser", "main"]

if __name__ == "__main__":
    raise SystemExit(main())
