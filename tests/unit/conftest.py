"""What unit tests under Pulumi's mocks stand on."""

from __future__ import annotations

import asyncio

import pytest


@pytest.fixture(scope="session", autouse=True)
def _event_loop() -> None:
    """This thread's event loop: Pulumi keeps to one, and Python 3.12 and newer warn where they are to make it."""
    asyncio.set_event_loop(asyncio.new_event_loop())
