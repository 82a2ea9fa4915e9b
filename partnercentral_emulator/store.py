"""Documents in SQLite, kept in memory beside it. What is committed survives a kill."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from typing import Any

KINDS = ("jobs", "tokens", "settings", "snapshots", "engagements", "opportunities", "meta")


class DataFileError(Exception):
    """The data file cannot be used; the text says why and what to do."""


class Store:
    """Documents by kind and key. Change a document in memory, `put` it, and `commit` before answering.

    Args:
        path: the data file; ":memory:" keeps nothing.

    Raises:
        DataFileError: the file is no database, or another process has it open.
    """

    def __init__(self, path: str) -> None:
        self._documents: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self._pending: dict[tuple[str, str], dict[str, Any] | None] = {}
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
            self._open(path)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise DataFileError(
                    f"{path} is in use by another emulator: stop that one, or give another file"
                ) from error
            remedy = "check that its folder exists, and that both can be written"
            raise DataFileError(f"{path} cannot be opened ({error}): {remedy}") from error
        except (sqlite3.DatabaseError, ValueError, KeyError) as error:
            raise DataFileError(f"{path} is not an emulator's data file ({error}): give another file") from error

    def _open(self, path: str) -> None:
        # The file stays locked until it is closed: two processes would each answer from what they hold in memory.
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._check_ownership(path)
        # In the WAL, a commit is with the operating system: a kill of this process loses none.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )
        for kind, key, body in self._connection.execute("SELECT kind, key, body FROM documents ORDER BY rowid"):
            self._documents[kind][key] = json.loads(body)
        self._connection.execute("COMMIT")

    def _check_ownership(self, path: str) -> None:
        """Refuse a database that another program keeps its data in."""
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables <= {"documents"}:
            raise DataFileError(f"{path} is another program's database: give another file")

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every document of a kind by key, oldest first. To be read, not written."""
        return self._documents[kind]

    def put(self, kind: str, key: str, document: dict[str, Any]) -> None:
        """Set a document; it is lasting once committed."""
        self._documents[kind][key] = document
        self._pending[kind, key] = document

    def remove(self, kind: str, key: str) -> None:
        """Remove a document, if it is there."""
        if self._documents[kind].pop(key, None) is not None:
            self._pending[kind, key] = None

    def commit(self) -> None:
        """Make everything since the last commit lasting, as one."""
        if not self._pending:
            return
        try:
            self._write_pending()
        except sqlite3.Error:
            # The documents stay pending: the next commit tries them again.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        self._pending.clear()

    def _write_pending(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for (kind, key), document in self._pending.items():
            if document is None:
                self._connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))
            else:
                self._connection.execute(
                    "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                    (kind, key, json.dumps(document)),
                )
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forget every document."""
        for kind in KINDS:
            for key in list(self._documents[kind]):
                self.remove(kind, key)
        self.commit()

    def close(self) -> None:
        """Close the data file."""
        self._connection.close()
