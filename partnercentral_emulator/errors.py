"""The service's refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ServiceRefusalError(Exception):
    """An answer that is an error.

    Attributes:
        code: the error's name, the wire's `__type`.
        message: the service's text.
        status: the HTTP status.
        members: further members of the body, such as Reason and ErrorList.
    """

    code: str
    message: str
    status: int = 400
    members: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {"__type": self.code, "Message": self.message, **self.members}


def invalid(message: str, *faults: tuple[str, str, str], business: bool = False) -> ServiceRefusalError:
    """ValidationException with its Reason and ErrorList.

    Args:
        message: the text.
        faults: field name, message and code of each fault.
        business: whether a rule of the service was broken rather than the request's form.
    """
    return ServiceRefusalError(
        "ValidationException",
        message,
        members={
            "Reason": "BUSINESS_VALIDATION_FAILED" if business else "REQUEST_VALIDATION_FAILED",
            "ErrorList": [{"FieldName": name, "Message": text, "Code": code} for name, text, code in faults],
        },
    )


def not_found(what: str) -> ServiceRefusalError:
    """ResourceNotFoundException."""
    return ServiceRefusalError("ResourceNotFoundException", f"{what} was not found.")


def conflict(message: str) -> ServiceRefusalError:
    """ConflictException."""
    return ServiceRefusalError("ConflictException", message)
