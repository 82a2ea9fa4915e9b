"""How the command line tells of faults: the exit codes, which fault gives which, and in what words."""

from __future__ import annotations

from enum import IntEnum

import click

from snapshot_provider import errors


class ExitCode(IntEnum):
    """An exit code of `snapshot-provider`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    ACCESS = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return _MEANINGS[self]

    @property
    def word(self) -> str:
        """The name in messages: "not-found"."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, fault: errors.ProviderError) -> ExitCode:
        """The exit code of a foreseeable fault."""
        if isinstance(fault, errors.ServiceError):
            if fault.code in _CODES:
                return _CODES[fault.code]
            if fault.code.isdigit():  # An HTTP status: what answers is not the service.
                return cls.UNAVAILABLE
        return next((code for kind, code in _KINDS if isinstance(fault, kind)), cls.FAILED)


class CommandError(click.ClickException):
    """A fault that ends a command.

    Args:
        message: what happened, and the remedy.
        code: the exit code.
        service_code: the service's own name for it, if it has one.
    """

    def __init__(self, message: str, code: ExitCode, service_code: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.service_code = service_code


def in_options(message: str) -> str:
    """A message with this command line's names for what the stack's configuration names otherwise."""
    for theirs, ours in (
        ("set partnercentral:profile", "give --profile"),
        ("partnercentral:endpointUrl", "--endpoint-url"),
    ):
        message = message.replace(theirs, ours)
    return message


_MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "the service refused, or what was looked at is not in order",
    ExitCode.USAGE: "the command line or a setting cannot be used",
    ExitCode.NOT_FOUND: "there is no such job",
    ExitCode.ACCESS: "credentials are missing or not valid, or may not do that",
    ExitCode.UNAVAILABLE: "no answer, none of the service's, or too many calls: try again",
    ExitCode.INTERRUPTED: "ended by Ctrl-C",
    ExitCode.BROKEN_PIPE: "what read the output went away",
}

_KINDS: tuple[tuple[type[errors.ProviderError], ExitCode], ...] = (
    (errors.ConfigurationError, ExitCode.USAGE),
    (errors.NotFoundError, ExitCode.NOT_FOUND),
    (errors.AccessError, ExitCode.ACCESS),
    (errors.CredentialsError, ExitCode.ACCESS),
    (errors.UnreachableError, ExitCode.UNAVAILABLE),
    (errors.MalformedAnswerError, ExitCode.UNAVAILABLE),
    (errors.ThrottledError, ExitCode.UNAVAILABLE),
)

_CODES = {
    "AccessDenied": ExitCode.ACCESS,
    "ExpiredToken": ExitCode.ACCESS,
    "ExpiredTokenException": ExitCode.ACCESS,
    "InternalServerException": ExitCode.UNAVAILABLE,
    "InvalidClientTokenId": ExitCode.ACCESS,
    "InvalidSignatureException": ExitCode.ACCESS,
    "MissingAuthenticationTokenException": ExitCode.ACCESS,
    "RequestExpired": ExitCode.ACCESS,
    "SignatureDoesNotMatch": ExitCode.ACCESS,
    "UnrecognizedClientException": ExitCode.ACCESS,
}
"""Service errors that are of no kind of their own. STS and IAM name some of them otherwise."""
