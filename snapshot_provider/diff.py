"""What a change of inputs means. Pure: old state and new inputs in, the consequence out. May not import Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapshot_provider.model import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Mapping


def replaces(state: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """The changed inputs that only another job can have; a value not yet known counts as changed.

    A job that exists keeps its token, whatever the program would choose now; another one says that the job is gone.
    """
    return [name for name in (*IDENTITY, "client_token") if state.get(name) != news.get(name)]
