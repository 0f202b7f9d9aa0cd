"""`python -m belljar.assets COMMAND`."""

from belljar.commands.assets import main

raise SystemExit(main())
