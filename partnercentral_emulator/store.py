"""Documents in SQLite, kept in memory beside it. What is committed survives a kill."""

from __future__ import annotations

import json
import sqlite3
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
        try:
            # Commits are written out by the engine itself: a kill of this process loses none of them.
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
            )
            self._connection.execute("BEGIN IMMEDIATE")
            rows = self._connection.execute("SELECT kind, key, body FROM documents ORDER BY rowid").fetchall()
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise DataFileError(
                    f"{path} is in use by another emulator: stop that one, or give another file"
                ) from error
            raise DataFileError(f"{path} cannot be opened ({error}): check that its folder exists") from error
        except sqlite3.DatabaseError as error:
            raise DataFileError(f"{path} is not an emulator's data file ({error}): give another file") from error
        self._documents: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        for kind, key, body in rows:
            self._documents[kind][key] = json.loads(body)
        self._pending: dict[tuple[str, str], dict[str, Any] | None] = {}

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
        self._pending.clear()

    def clear(self) -> None:
        """Forget every document."""
        for kind in KINDS:
            for key in list(self._documents[kind]):
                self.remove(kind, key)
        self.commit()

    def close(self) -> None:
        """Close the data file."""
        self._connection.close()
