"""The tables of the reference, by the names that the pages have them under."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

from _ext.signatures import Parameter, attributes, parameters, prose, table
from partnercentral_emulator import faults
from partnercentral_emulator.switches import Switches, describe
from snapshot_provider import (
    AssumeRole,
    Connection,
    SharedOpportunity,
    Timeouts,
    components,
    config,
    errors,
    gateway,
    policies,
    provider,
    resource,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.dynamic import ConfiguredProvider

ACCOUNT = "123456789012"

PULUMIS = ("resource_name", "args", "opts")
"""What every resource of Pulumi's takes, in whatever form."""

_SHARED = {
    "catalog": ("Sandbox", "AWS"),
    "engagement_identifier": ("eng-0123456789abcd", "eng-0123456789abce"),
    "resource_type": ("Opportunity", "Another"),
    "resource_identifier": ("O1", "O2"),
    "resource_snapshot_template_identifier": ("OpportunitySummaryView", "AwsOpportunitySummaryFullView"),
    "client_token": ("a", "b"),
}
_CONNECTION = {"connection": ({"profile": "a"}, {"profile": "b"})}

CHANGES: dict[str, tuple[type[ConfiguredProvider], dict[str, tuple[Any, Any]], dict[str, Any]]] = {
    "ResourceSnapshotJob": (
        provider.JobProvider,
        _SHARED
        | _CONNECTION
        | {
            "desired_status": ("Running", "Stopped"),
            "tags": ({"team": "a"}, {"team": "b"}),
            "adopt": (False, True),
            "wait_for_snapshot": (False, True),
            "timeouts": ({"create": "1m"}, {"create": "2m"}),
        },
        {},
    ),
    "SellingSystemSettings": (
        provider.SettingsProvider,
        _CONNECTION | {"catalog": ("Sandbox", "AWS"), "resource_snapshot_job_role_identifier": ("one", "other")},
        {"resource_snapshot_job_role_arn": f"arn:aws:iam::{ACCOUNT}:role/one"},
    ),
    "ResourceSnapshot": (
        provider.SnapshotProvider,
        _SHARED | _CONNECTION | {"triggers": ({"stage": "a"}, {"stage": "b"})},
        {"arn": "arn", "revision": 1},
    ),
}
"""Each resource's provider, two values of each of its inputs, and what its state has beside them."""


def substitutions() -> dict[str, str]:
    """Markdown by the names that pages use."""
    made = {
        "configuration_keys": _configuration(),
        "error_classes": _error_classes(),
        "service_codes": _service_codes(),
        "failed_calls": _failed_calls(),
        "caller_actions": _caller_actions(),
        "caller_policy": _json(policies.caller(["Sandbox"], f"arn:aws:iam::{ACCOUNT}:role/snapshot-jobs-*")),
        "trust_policy": _json(policies.trust()),
        "execution_policy": _json(policies.execution(ACCOUNT, ["Sandbox"], ["eng-0123456789abcd"])),
        "managed_policy": f"`{policies.MANAGED_POLICY}`",
        "emulator_switches": _switches(),
        "fault_members": _fault_members(),
    }
    for name in CHANGES:
        cls = getattr(resource, name)
        made |= {f"{name}_inputs": _inputs(name), f"{name}_outputs": _outputs(attributes(cls)), **_summary(cls)}
    for component in (components.EngagementSnapshots, components.SnapshotJobExecutionRole):
        made |= {
            f"{component.__name__}_inputs": _plain_inputs(parameters(component.__init__, PULUMIS)),
            f"{component.__name__}_outputs": _outputs(attributes(component)),
            **_summary(component),
        }
    for typed in (Connection, AssumeRole, Timeouts, SharedOpportunity):
        made |= {f"{typed.__name__}_members": _outputs(attributes(typed)), **_summary(typed)}
    return made


def change(name: str, changed: str) -> str:
    """What a change of an input does, by what the provider itself checks and decides."""
    kind, values, state = CHANGES[name]
    asked = kind()
    asked.settings = config.Settings()
    valid = {key: value for key, (value, _) in values.items()}
    old = asked.check({}, valid).inputs
    new = asked.check(old, {**valid, changed: values[changed][1]}).inputs
    if new == old:
        return "nothing, once it exists"
    # The engine asks only where inputs differ, so a verdict of its own counts as one.
    verdict = asked.diff("id", {**old, **state}, new)
    if changed in (verdict.replaces or []):
        return "replaces it"
    # The settings are named anew by whatever way there is to them; a job and a snapshot stay as they are.
    unseen = () if kind is provider.SettingsProvider else provider._HOW  # noqa: SLF001  # The provider's own list.
    return "nothing that the service sees" if changed in unseen else "in place"


def _inputs(name: str) -> str:
    given = parameters(getattr(resource, name).__init__, PULUMIS)
    rows = [(*_columns(item), change(name, item.name), _told(item)) for item in given]
    return table(["input", "type", "a change", "meaning"], rows)


def _plain_inputs(given: list[Parameter]) -> str:
    rows = [(*_columns(item), _told(item)) for item in given]
    return table(["input", "type", "meaning"], rows)


def _columns(item: Parameter) -> tuple[str, str]:
    default = f", by default `{item.default}`" if item.default else ", **required**" if item.required else ""
    return f"`{item.name}`", f"{item.type}{default}"


def _told(item: Parameter) -> str:
    """What is said of an input, but for what its type has said already."""
    return prose(item.doc.removesuffix(" Required."))


def _outputs(given: list[Parameter]) -> str:
    return table(["name", "type", "meaning"], [(f"`{item.name}`", item.type, prose(item.doc)) for item in given])


def _summary(cls: type) -> Mapping[str, str]:
    """What a docstring says before its first section."""
    text = re.split(r"\n\n(?:Example|Attributes):", inspect.cleandoc(cls.__doc__ or ""))[0]
    return {f"{cls.__name__}_summary": text}


def _configuration() -> str:
    rows = [(f"`{name}`", doc, default) for name, doc, default in config.documented()]
    return table(["key", "what it is", "default"], rows)


def _error_classes() -> str:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ProviderError)]
    kinds.sort(key=lambda kind: inspect.getsourcelines(kind)[1])
    rows = [(f"`{kind.__name__}`", prose((kind.__doc__ or "").split("\n\n")[0])) for kind in kinds]
    return table(["class", "when"], rows)


def _service_codes() -> str:
    codes = sorted({*gateway._KINDS, *gateway._REMEDIES})  # noqa: SLF001  # One table, for the messages and for the page.
    remedies: dict[tuple[str, str], list[str]] = {}
    for code in codes:
        kind = gateway._KINDS.get(code, errors.ServiceError)  # noqa: SLF001  # Likewise.
        remedy = gateway._remedy(code, "*operation*")  # noqa: SLF001  # Likewise.
        remedies.setdefault((kind.__name__, remedy or "What the service gives as its reason."), []).append(f"`{code}`")
    rows = [(", ".join(codes), f"`{kind}`", remedy) for (kind, remedy), codes in remedies.items()]
    return table(["code", "class", "what the message tells to do"], rows)


def _failed_calls() -> str:
    remedies: dict[tuple[str, str], list[str]] = {}
    for cause, kind, remedy in gateway._FAILURES:  # noqa: SLF001  # Likewise.
        remedies.setdefault((kind.__name__, remedy), []).append(f"`{cause.__name__}`")
    rows = [(", ".join(causes), f"`{kind}`", remedy) for (kind, remedy), causes in remedies.items()]
    return table(["what botocore raises", "class", "what the message tells to do"], rows)


def _caller_actions() -> str:
    actions = {**policies.JOB_ACTIONS, **policies.SETTINGS_ACTIONS}
    return table(["action", "needed when"], [(f"`partnercentral:{name}`", when) for name, when in actions.items()])


def _switches() -> str:
    rows = []
    for name, kind, default, doc in Switches.documented():
        shown = (
            str(default).lower()
            if isinstance(default, bool)
            else f"{default:g}"
            if isinstance(default, float)
            else str(default)
        )
        rows.append((f"`{name}`", describe(kind), f"`{shown}`", doc[:1].upper() + doc[1:]))
    return table(["switch", "values", "default", "meaning"], rows)


def _fault_members() -> str:
    from _ext.signatures import section

    described = section(faults.Fault.__doc__ or "", "Attributes")
    required = {"operation", "kind"}
    rows = [
        (
            f"`{item.name}`",
            "**required**" if item.name in required else f"`{json.dumps(item.default)}`",
            prose(described[item.name]),
        )
        for item in fields(faults.Fault)
    ]
    assert all(kind in described["kind"] for kind in get_args(faults.Kind))  # noqa: S101  # The page lists them all.
    return table(["member", "default", "meaning"], rows)


def _json(document: str) -> str:
    return f"```json\n{json.dumps(json.loads(document), indent=2)}\n```"
