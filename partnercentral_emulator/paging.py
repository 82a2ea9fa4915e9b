"""Pages of a list, and the opaque tokens that lead from one to the next."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from partnercentral_emulator.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Document = dict[str, Any]

PAGE_SIZE = 50


def page(
    items: Iterable[Document],
    key: Callable[[Document], str],
    account: str,
    request: Document,
    *,
    descending: bool = False,
) -> tuple[list[Document], dict[str, str]]:
    """One page of items in the order of their keys, and the token of the next page, if there is one.

    A token names the last item shown, so that items which come or go between two pages neither hide nor repeat others.

    Args:
        items: everything that matches the request, in any order.
        key: what orders the items; each has its own.
        account: who asks. A token holds for one account and one question.
        request: the request, with MaxResults and NextToken where given.
        descending: whether the greatest key comes first.

    Raises:
        ServiceRefusalError: the token was not given out for this question.
    """
    question = [account, {name: value for name, value in request.items() if name not in {"MaxResults", "NextToken"}}]
    left = sorted(items, key=key, reverse=descending)
    if "NextToken" in request:
        after = _after(request["NextToken"], question)
        left = [item for item in left if (key(item) < after if descending else key(item) > after)]
    shown = left[: request.get("MaxResults", PAGE_SIZE)]
    if len(shown) == len(left):
        return shown, {}
    return shown, {"NextToken": _token(key(shown[-1]), question)}


def _token(after: str, question: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([question, after], sort_keys=True).encode()).decode()


def _after(token: str, question: list[Any]) -> str:
    message = "NextToken is not one that this operation gave out for this request."
    refusal = invalid(message, ("NextToken", message, "INVALID_VALUE"))
    try:
        asked, after = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError) as error:
        raise refusal from error
    if asked != question or not isinstance(after, str):
        raise refusal
    return after
