"""`python -m snapshot_provider`."""

from __future__ import annotations

from snapshot_provider.cli import main

if __name__ == "__main__":
    main()
