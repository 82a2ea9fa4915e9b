"""What makes a declared resource cheap for the program that declares it. May not import boto3."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime.settings import SETTINGS

if TYPE_CHECKING:
    from asyncio import Future


class Declared(Resource):
    """A dynamic resource of ours."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Evaluate the annotations once; the SDK does it for each resource, and takes longer the more are text."""
        super().__init_subclass__(**kwargs)
        # An assignment would be an attribute of its own to type checkers.
        type.__setattr__(cls, "__annotations__", inspect.get_annotations(cls, eval_str=True))

    def _leave_to_registration(self) -> None:
        """Take the outputs off the list of what the SDK waits for at the end of a program.

        It waits for the registration in any case, which resolves them. The list it goes through again for each of its
        members: with 1,000 jobs that is a quarter of a preview.
        """
        waited_for: set[Any] = getattr(SETTINGS, "outputs", set())
        for output in vars(self).values():
            # An attribute that an Output has not is one of its value's; older SDKs have no `_data`, and wait.
            future: Future[Any] | None = vars(output).get("_data") if isinstance(output, pulumi.Output) else None
            if future is not None and future in waited_for:
                waited_for.discard(future)
                future.add_done_callback(_note_failure)


def _note_failure(future: Future[Any]) -> None:
    """Take note of a failure, which the registration tells of: asyncio complains of one that nobody has looked at."""
    if not future.cancelled():
        future.exception()
