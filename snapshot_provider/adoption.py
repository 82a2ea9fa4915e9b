"""What `pulumi import --file` needs for jobs that exist, and the Python that declares them.

`pulumi import TYPE NAME ID` cannot import a dynamic resource: the engine asks its provider to read the job, and a
dynamic provider travels inside the resource's own properties, which are not there yet.
"""

from __future__ import annotations

import json
import keyword
import re
from typing import TYPE_CHECKING, Any

from pulumi.dynamic.dynamic import serialize_provider

from snapshot_provider.model import IDENTITY, IgnoredTags
from snapshot_provider.provider import JobProvider, outputs_of
from snapshot_provider.resource import ResourceSnapshotJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snapshot_provider.model import Job

TYPE = f"pulumi-python:{ResourceSnapshotJob._resource_type_name}"  # noqa: SLF001  # Set by the SDK's base class.


def import_document(jobs: Iterable[Job]) -> str:
    """The file for `pulumi import --file`: every job with its whole state.

    Args:
        jobs: the jobs, with their tags.
    """
    provider = {"__provider": serialize_provider(JobProvider())}
    resources = []
    for name, job in _named(jobs).items():
        inputs = _inputs(job)
        resources.append(
            {
                "type": TYPE,
                "name": name,
                "id": job.id,
                "inputs": {**inputs, **provider},
                "outputs": {**outputs_of(inputs, job), **provider},
            }
        )
    return json.dumps({"resources": resources}, indent=2) + "\n"


def program(jobs: Iterable[Job]) -> str:
    """The Python that declares the same jobs by the same names."""
    named = _named(jobs)
    lines = ['"""Jobs that were imported."""', "", "from snapshot_provider import ResourceSnapshotJob", ""]
    for name, job in named.items():
        lines += [f"{_variable(name)} = ResourceSnapshotJob("]
        given: Mapping[str, Any] = {key: value for key, value in _inputs(job).items() if key != "tags_all"}
        lines += [f"    {json.dumps(name)},"]
        lines += [f"    {key}={_literal(value)}," for key, value in given.items() if value != {}]
        lines += [")", ""]
    return "\n".join(lines)


def _inputs(job: Job) -> dict[str, Any]:
    tags = IgnoredTags().strip(job.tags or {})
    identity = {name: getattr(job.identity, name) for name in IDENTITY}
    return {**identity, "desired_status": job.status, "tags": tags, "tags_all": tags}


def _named(jobs: Iterable[Job]) -> dict[str, Job]:
    """A resource name for each job: what it shares, and its own Id, which no other has."""
    return {f"{job.identity.resource_identifier}-{job.id}": job for job in jobs}


def _variable(name: str) -> str:
    variable = re.sub(r"\W", "_", name).lower()
    return f"{variable}_" if keyword.iskeyword(variable) else variable


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
