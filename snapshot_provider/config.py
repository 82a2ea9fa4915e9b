"""The stack's configuration in the partnercentral: namespace, every key checked. May not import Pulumi or boto3."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from snapshot_provider.errors import ConfigurationError, in_one_line, show
from snapshot_provider.model import CATALOGS, REGION, IgnoredTags, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMESPACE = "partnercentral"


@dataclass(frozen=True)
class AssumedRole:
    """A role to take on before anything is called (STS AssumeRole).

    Attributes:
        role_arn: the role.
        session_name: the name of the session in CloudTrail.
        external_id: what the role's trust asks for, if anything.
        duration: the session's length in seconds; renewed by itself.
    """

    role_arn: str
    session_name: str = "snapshot-provider"
    external_id: str | None = None
    duration: int = 3600


@dataclass(frozen=True)
class Settings:
    """How the provider reaches the service.

    Attributes:
        profile: the AWS profile; None leaves the choice to boto3's chain.
        assume_role: the role to take on; None for none.
        endpoint_url: where the service is; None leaves the choice to boto3.
        max_attempts: calls made for one operation at most, the first included.
        retry_mode: botocore's retry mode.
        throttle_timeout: seconds for which an operation goes on that is refused as one too many.
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.
        allowed_accounts: account ids that may be touched; empty for all.
        forbidden_accounts: account ids that may not be touched.
        default_tags: tags that every job gets.
        ignored_tags: tags that somebody else looks after.
    """

    profile: str | None = None
    assume_role: AssumedRole | None = None
    endpoint_url: str | None = None
    max_attempts: int = 10
    retry_mode: Literal["standard", "adaptive", "legacy"] = "standard"
    throttle_timeout: float = 300
    connect_timeout: float = 10
    read_timeout: float = 30
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()
    default_tags: Mapping[str, str] = field(default_factory=dict)
    ignored_tags: IgnoredTags = field(default_factory=IgnoredTags)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Read the stack's config (keys with their namespace, values as the engine gives them).

        `profile` and `assumeRole` default to pulumi-aws's own keys.

        Raises:
            ConfigurationError: it names every key that cannot be used, its value, and what is expected.
        """
        own = {key: value for key, value in config.items() if key.startswith(f"{NAMESPACE}:")}
        for key, shared in _SHARED.items():
            if f"{NAMESPACE}:{key}" not in own:
                own |= {f"aws:{name}": config[f"aws:{name}"] for name in shared if f"aws:{name}" in config}
        read: dict[str, Any] = {}
        faults = []
        for full_key, value in own.items():
            key = full_key.split(":", 1)[1]
            try:
                known = _KEYS[key]
                parsed = known.parse(_decode(value))
                if known.setting:
                    read[known.setting] = parsed
            except KeyError:
                faults.append(f"{in_one_line(full_key, 120)} is not a configuration key.{_did_you_mean(key)}")
            except _NotUsableError as fault:
                faults.append(f"{full_key}: {fault}")
        if faults:
            raise ConfigurationError("\n".join(faults))
        if "max_attempts" in read:
            # Who counts the calls counts these as well.
            read.setdefault("throttle_timeout", 0.0)
        return cls(**read)

    def connected(self, connection: Mapping[str, Any]) -> Settings:
        """These settings with a resource's own connection, whose members have the configuration keys' meaning.

        Raises:
            ConfigurationError: a member is unknown or cannot be used.
        """
        keys = {_CONNECTION.get(name, name): value for name, value in connection.items()}
        faults = [f"connection: {show(name)} is not known in it." for name in connection if name not in _CONNECTION]
        if faults:
            raise ConfigurationError(f"{' '.join(faults)} Known are: {', '.join(_CONNECTION)}.")
        role = keys.get("assumeRole")
        if isinstance(role, dict):
            keys["assumeRole"] = {_ROLE.get(name, name): value for name, value in role.items()}
        try:
            own = Settings.from_config({f"{NAMESPACE}:{key}": value for key, value in keys.items()})
        except ConfigurationError as fault:
            raise ConfigurationError(str(fault).replace(f"{NAMESPACE}:", "connection: ")) from fault
        names = {"profile": "profile", "assumeRole": "assume_role", "endpointUrl": "endpoint_url"}
        # Another profile is another identity: a role that the stack's own identity assumes does not go with it.
        start = replace(self, assume_role=None) if "profile" in keys else self
        return replace(start, **{names[key]: getattr(own, names[key]) for key in keys})

    def all_tags(self, tags: Mapping[str, Any]) -> dict[str, Any]:
        """A job's tags with the default ones; its own win, and ignored ones are left to whoever sets them."""
        return self.ignored_tags.strip({**self.default_tags, **tags})


def known_keys() -> list[str]:
    """Every key that has a say, with its namespace."""
    shared = [f"aws:{name}" for names in _SHARED.values() for name in names]
    return [f"{NAMESPACE}:{key}" for key in _KEYS if key != "assumeRoles"] + shared


class _NotUsableError(Exception):
    """A value, what is expected of it, and the remedy."""


def _decode(value: Any) -> Any:
    """Structured config comes as JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _did_you_mean(key: str) -> str:
    close = difflib.get_close_matches(key, [name for name in _KEYS if name != "assumeRoles"], n=1)
    if close:
        return f" Did you mean {NAMESPACE}:{close[0]}?"
    return f" Known are: {', '.join(name for name in sorted(_KEYS) if name != 'assumeRoles')}."


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _NotUsableError(f"{show(value)} is not a text. Give a string of one line that is not empty.")
    return value


def _one_of(*choices: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in choices:
            raise _NotUsableError(f"{show(value)} is not known. Give {' or '.join(choices)}.")
        return str(value)

    return parse


def _region(value: Any) -> str:
    if value != REGION:
        raise _NotUsableError(f"{show(value)} has no Partner Central: {REGION} is the only region. Remove the key.")
    return REGION


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The hosts that botocore takes: neither an underscore nor an empty label.
_URL = rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?(?:/[!-~]*)?"
_LAST_PORT = 65535


def _url(value: Any) -> str:
    text = _text(value)
    found = re.fullmatch(_URL, text)
    if not found or int(found["port"] or 0) > _LAST_PORT:
        raise _NotUsableError(f"{show(value)} is not a URL. Give one such as http://127.0.0.1:4566.")
    return text


def _number(low: float, high: float, unit: str) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if isinstance(value, bool) or not low <= number <= high:
            raise _NotUsableError(f"{show(value)} is not usable. Give {unit} from {low:g} to {high:g}.")
        return number

    return parse


def _duration(low: float, high: float) -> Callable[[Any], float]:
    parse = _number(low, high, "seconds, or a time such as 5m,")
    return lambda value: parse(_seconds(value))


def _count(low: int, high: int, unit: str) -> Callable[[Any], int]:
    parse_number = _number(low, high, unit)

    def parse(value: Any) -> int:
        number = parse_number(value)
        if not number.is_integer():
            raise _NotUsableError(f"{show(value)} is not a whole number. Give {unit} from {low} to {high}.")
        return int(number)

    return parse


def _accounts(value: Any) -> frozenset[str]:
    items = value if isinstance(value, list) else [value]
    accounts = set()
    for item in items:
        text = f"{item:012d}" if isinstance(item, int) and not isinstance(item, bool) else item
        if not isinstance(text, str) or not re.fullmatch(r"[0-9]{12}", text):
            raise _NotUsableError(f"{show(item)} is not an account id. Give twelve digits, in quotes.")
        accounts.add(text)
    return frozenset(accounts)


def _strings(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_text(item) for item in items)


def _members(value: Any, known: set[str], example: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _NotUsableError(f"{show(value)} is not a map. Give one such as {example}.")
    unknown = sorted(set(value) - known)
    if unknown:
        raise _NotUsableError(f"{show(unknown[0])} is not known in it. Known are: {', '.join(sorted(known))}.")
    return value


def _assume_role(value: Any) -> AssumedRole:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    known = {"roleArn", "sessionName", "externalId", "duration", "durationSeconds"}
    members = _members(value, known, '{"roleArn": "arn:aws:iam::123456789012:role/name"}')
    role_arn = members.get("roleArn")
    if not isinstance(role_arn, str) or not re.fullmatch(r"arn:[\w-]+:iam::[0-9]{12}:role/[!-~]+", role_arn):
        raise _NotUsableError(f"roleArn {show(role_arn)} is not a role's ARN, arn:aws:iam::123456789012:role/name.")
    optional: dict[str, Any] = {}
    if "sessionName" in members:
        optional["session_name"] = _text(members["sessionName"])
    if "externalId" in members:
        optional["external_id"] = _text(members["externalId"])
    for key in ("duration", "durationSeconds"):
        if key in members:
            optional["duration"] = _count(900, 43200, "seconds, or a time such as 1h,")(_seconds(members[key]))
    return AssumedRole(role_arn, **optional)


def _seconds(value: Any) -> Any:
    """A duration in Go's form, or a plain number of seconds."""
    return seconds_of(value) if isinstance(value, str) and seconds_of(value) is not None else value


def _default_tags(value: Any) -> Mapping[str, str]:
    example = '{"tags": {"team": "alliances"}}'
    if isinstance(value, dict) and isinstance(value.get("tags"), dict):
        value = _members(value, {"tags"}, example)["tags"]
    if not isinstance(value, dict):
        raise _NotUsableError(f"{show(value)} is not a map. Give one such as {example}.")
    from snapshot_provider.schema import check_job

    found = [fault for fault in check_job({"tags": value}, lambda _: False) if fault.property.startswith("tags")]
    if found:
        raise _NotUsableError(" ".join(f"{fault.property}: {fault.reason}" for fault in found))
    return value


def _ignored_tags(value: Any) -> IgnoredTags:
    members = _members(value, {"keys", "keyPrefixes"}, '{"keys": ["owner"], "keyPrefixes": ["cost:"]}')
    return IgnoredTags(
        keys=frozenset(_strings(members.get("keys", []))), prefixes=_strings(members.get("keyPrefixes", []))
    )


_CONNECTION = {"profile": "profile", "assume_role": "assumeRole", "endpoint_url": "endpointUrl"}
"""The members of a resource's own connection, and the configuration keys they stand for."""

_ROLE = {"role_arn": "roleArn", "session_name": "sessionName", "external_id": "externalId", "duration": "duration"}

_SHARED = {"profile": ("profile",), "assumeRole": ("assumeRole", "assumeRoles")}
"""Keys that default to pulumi-aws's own, so that one configuration serves both."""


@dataclass(frozen=True)
class Key:
    """A configuration key.

    Attributes:
        setting: the member of Settings that it sets; None where the program alone reads it.
        parse: makes the member of a value, or says what is wrong with it.
        doc: what may be given, and what it does.
        default: what holds without it.
    """

    setting: str | None
    parse: Callable[[Any], Any]
    doc: str
    default: str


_ROLE_DOC = (
    "The role to take on before anything is called: `roleArn`, and where wanted `sessionName`, `externalId` and "
    "`duration` (seconds, or `1h30m`)."
)

_KEYS: dict[str, Key] = {
    # The first and the last are read by the program: they take part in what a resource declares.
    "catalog": Key(None, _one_of(*CATALOGS), "`AWS` or `Sandbox`: the catalog of what names none.", "`AWS`"),
    "region": Key(None, _region, "`us-east-1`, the only one there is; `aws:region` has no say.", "`us-east-1`"),
    "profile": Key(
        "profile", _text, "A profile of the AWS configuration files.", "`aws:profile`, else boto3's own choice"
    ),
    "assumeRole": Key("assume_role", _assume_role, _ROLE_DOC, "`aws:assumeRole`, else none"),
    "assumeRoles": Key("assume_role", _assume_role, "pulumi-aws's newer form of it: a list of one.", ""),
    "endpointUrl": Key(
        "endpoint_url", _url, "Where the service is.", "`AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING`, else AWS"
    ),
    "maxAttempts": Key(
        "max_attempts",
        _count(1, 100, "calls"),
        "Calls for one operation at most, the first included, 1 to 100.",
        f"{Settings.max_attempts}",
    ),
    "retryMode": Key(
        "retry_mode",
        _one_of("standard", "adaptive", "legacy"),
        "botocore's `standard`, `adaptive` or `legacy`.",
        f"`{Settings.retry_mode}`",
    ),
    "throttleTimeout": Key(
        "throttle_timeout",
        _duration(0, 86400),
        "How long an operation goes on that is throttled, in seconds or as `5m`.",
        f"{Settings.throttle_timeout} seconds; none where `maxAttempts` is set",
    ),
    "connectTimeout": Key(
        "connect_timeout",
        _number(0.1, 300, "seconds"),
        "Seconds to wait for a connection.",
        f"{Settings.connect_timeout}",
    ),
    "readTimeout": Key(
        "read_timeout", _number(0.1, 900, "seconds"), "Seconds to wait for an answer.", f"{Settings.read_timeout}"
    ),
    "allowedAccountIds": Key(
        "allowed_accounts", _accounts, "The accounts that may be touched, checked before anything is.", "all"
    ),
    "forbiddenAccountIds": Key("forbidden_accounts", _accounts, "Accounts that may not be touched.", "none"),
    "defaultTags": Key(
        "default_tags", _default_tags, "`tags`: what every job gets; a job's own tag of the same key wins.", "none"
    ),
    "ignoreTags": Key(
        "ignored_tags",
        _ignored_tags,
        "`keys` and `keyPrefixes` of tags that somebody else looks after: never shown, set or removed.",
        "`aws:` tags",
    ),
    "idempotencyScope": Key(None, _text, "Sets apart two stacks of equal names.", "none"),
}


def documented() -> list[tuple[str, str, str]]:
    """Name, meaning and default of each key, the last two in Markdown."""
    return [(name, key.doc, key.default) for name, key in _KEYS.items() if name != "assumeRoles"]
