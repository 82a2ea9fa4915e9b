"""What can go wrong, in words for the user.

Every error here is foreseeable: its text is whole and is shown without a traceback.
"""

from __future__ import annotations

LINE = 1000
"""Most characters of a text from elsewhere that are shown."""


def in_one_line(text: object, limit: int = LINE) -> str:
    """A text from elsewhere, fit for a terminal: one line, no control characters, and an end."""
    line = str(text)
    shown = "".join(letter if letter.isprintable() else " " for letter in line[:limit])
    return " ".join(shown.split()) + ("…" if len(line) > limit else "")


def show(value: object) -> str:
    """A value as a message names it: a string in double quotes."""
    return in_one_line(f'"{value}"' if isinstance(value, str) else repr(value), 120)


class ProviderError(Exception):
    """A foreseeable fault. Its text names what was done, what was refused, and the remedy.

    Attributes:
        remedy: the part of the text that says what to do, where it stands apart; empty otherwise.
    """

    remedy = ""


class ConfigurationError(ProviderError):
    """A configuration key, or a credential, that cannot be used."""


class CredentialsError(ProviderError):
    """There are no credentials to call with, or they could not be fetched."""


class UnreachableError(ProviderError):
    """The service could not be reached, or did not answer."""


class ServiceError(ProviderError):
    """The service refused an operation.

    Attributes:
        code: the service's error code, such as "ValidationException".
        fields: the request's members that it objects to.
    """

    def __init__(self, message: str, *, code: str = "", fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


class NotFoundError(ServiceError):
    """ResourceNotFoundException: no such job, engagement or opportunity in this account and catalog."""


class ConflictError(ServiceError):
    """ConflictException: a token used before, a job in another state, or a job that exists already."""


class InvalidError(ServiceError):
    """ValidationException: the request, or the state that the job is in, does not allow it."""


class AccessError(ServiceError):
    """AccessDeniedException: the caller may not do that, or not to a resource of this account."""


class ThrottledError(ServiceError):
    """ThrottlingException: more calls than the account is allowed at the time."""


class WaitError(ProviderError):
    """A time limit ran out, or the job failed while it was waited for."""


class MalformedAnswerError(ProviderError):
    """The endpoint answered something that is not the service's language."""
