"""`python -m belljar.assets COMMAND`."""

from belljar.assets.commands import main

raise SystemExit(main())
