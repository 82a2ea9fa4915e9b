"""What commands say: results on standard output, for people or as JSON; everything else on standard error."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from rich.console import Console
    from rich.text import Text
    from typing_extensions import Self


class Output:
    """Where a command's results and messages go.

    Attributes:
        json: whether results are JSON.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.json = as_json

    @cached_property
    def console(self) -> Console:
        """Standard output. Colours only on a terminal, and not where NO_COLOR is set."""
        from rich.console import Console

        return Console(highlight=False)

    @cached_property
    def messages(self) -> Console:
        """Standard error."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def row(self, text: Text) -> None:
        """Print a line for people, neither wrapped nor cut: what is copied from it is whole."""
        if self.console.is_terminal:
            self.console.print(text, soft_wrap=True)
        else:
            click.echo(text.plain.rstrip())

    def document(self, value: Any) -> None:
        """Print one JSON document."""
        click.echo(json.dumps(value, indent=2))

    def line(self, value: Any) -> None:
        """Print one JSON document on one line."""
        click.echo(json.dumps(value))

    def array(self) -> JsonArray:
        """Print a JSON array, element by element, as they come."""
        return JsonArray()

    def say(self, text: str) -> None:
        """Tell the user something that is no result."""
        click.echo(text, err=True)

    @contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[int, int | None], None]]:
        """Show on standard error, where that is a terminal, how far long work is.

        Args:
            doing: what is done, such as "reading jobs".

        Yields:
            What to tell how many steps are done, and how many there are; None where that is not known.
        """
        if not self.messages.is_terminal:
            yield lambda _done, _whole: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self.messages, transient=True) as shown:
            task = shown.add_task(doing, total=None)
            yield lambda done, whole: shown.update(task, completed=done, total=whole)

    @contextmanager
    def waiting(self, doing: str) -> Iterator[None]:
        """Show on standard error, where that is a terminal, that something is waited for."""
        if not self.messages.is_terminal:
            yield
            return
        with self.messages.status(doing):
            yield

    def counted(self, things: Iterable[Any], doing: str) -> Iterator[Any]:
        """Pass things on, and show how many there were where nothing on the terminal shows it by itself."""
        if self.console.is_terminal:
            yield from things
            return
        with self.progress(doing) as show:
            for number, thing in enumerate(things, 1):
                yield thing
                show(number, None)


class JsonArray:
    """A JSON array that is printed element by element.

    It is closed after a fault, too, so that what was printed can be read; the exit code tells that it is not all.
    Nothing is printed of one that fails before its first element.
    """

    def __init__(self) -> None:
        self._begun = False

    def add(self, value: Any) -> None:
        """Print the next element."""
        click.echo((",\n  " if self._begun else "[\n  ") + json.dumps(value), nl=False)
        self._begun = True

    def __enter__(self) -> Self:
        """Nothing is printed before the first element."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        if self._begun:
            click.echo("\n]")
        elif kind is None:
            click.echo("[]")
