"""The service's rules: what each operation does to jobs, tags, settings and snapshots. Knows nothing of HTTP."""

from __future__ import annotations

import copy
import random
import string
from typing import TYPE_CHECKING, Any

from partnercentral_emulator.clock import iso
from partnercentral_emulator.errors import ServiceRefusalError, conflict, invalid, not_found
from partnercentral_emulator.paging import page
from partnercentral_emulator.validation import CATALOGS, RESERVED, answer_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnercentral_emulator.clock import Clock
    from partnercentral_emulator.store import Store
    from partnercentral_emulator.switches import Switches

    Document = dict[str, Any]
    Operation = Callable[[str, Document], Document]

REGION = "us-east-1"
TAG_LIMIT = 200
SHOWN = (
    "Id",
    "Arn",
    "Catalog",
    "EngagementId",
    "ResourceType",
    "ResourceId",
    "ResourceArn",
    "ResourceSnapshotTemplateName",
    "CreatedAt",
    "Status",
    "LastSuccessfulExecutionDate",
    "LastFailure",
)
"""What GetResourceSnapshotJob shows of a job."""
CHANGEABLE = {
    "status": "Status",
    "tags": "Tags",
    "deleted": "Deleted",
    "last_failure": "LastFailure",
    "last_successful_execution_date": "LastSuccessfulExecutionDate",
}
"""What the control API may change of a job, and the member that holds it."""
NO_ROLE = (
    "The resource snapshot job role is not set in the selling system settings of this catalog, "
    "so the snapshot could not be created."
)


class Backend:
    """The operations of the API, on one store.

    Args:
        store: where documents are kept.
        clock: the time that the service sees.
        switches: how the service behaves where that is not known.
    """

    def __init__(self, store: Store, clock: Clock, switches: Switches) -> None:
        self.store = store
        self.clock = clock
        self.switches = switches
        # Reads that still see a job as it was before its last write: the job then, and how many reads.
        self._stale: dict[str, list[Any]] = {}
        self._random = random.SystemRandom()
        self.operations: dict[str, Operation] = {
            "CreateResourceSnapshotJob": self._create_job,
            "GetResourceSnapshotJob": self._get_job,
            "ListResourceSnapshotJobs": self._list_jobs,
            "StartResourceSnapshotJob": self._start_job,
            "StopResourceSnapshotJob": self._stop_job,
            "DeleteResourceSnapshotJob": self._delete_job,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
            "GetSellingSystemSettings": self._get_settings,
            "PutSellingSystemSettings": self._put_settings,
            "CreateResourceSnapshot": self._create_snapshot,
            "GetResourceSnapshot": self._get_snapshot,
            "ListResourceSnapshots": self._list_snapshots,
        }

    # Jobs ----------------------------------------------------------------------------------------------------------

    def _create_job(self, account: str, request: Document) -> Document:
        request = dict(request)
        token = request.pop("ClientToken")
        replayed = self._replay("job", account, token, request)
        if replayed and (self._live_job(replayed) or self.switches.token_after_delete == "dead"):
            return replayed
        self._check_exists(request)
        if self.switches.duplicate_job == "conflict":
            self._refuse_duplicate(account, request)
        job_id = self._new_id("job-", 13)
        catalog = f"arn:aws:partnercentral:{REGION}:{account}:catalog/{request['Catalog']}"
        job: Document = {
            "Id": job_id,
            "Arn": f"{catalog}/resource-snapshot-job/{job_id}",
            "Account": account,
            "Catalog": request["Catalog"],
            "EngagementId": request["EngagementIdentifier"],
            "ResourceType": request["ResourceType"],
            "ResourceId": request["ResourceIdentifier"],
            "ResourceArn": f"{catalog}/opportunity/{request['ResourceIdentifier']}",
            "ResourceSnapshotTemplateName": request["ResourceSnapshotTemplateIdentifier"],
            "CreatedAt": iso(self.clock.now()),
            "Status": "Stopped",
            "Tags": _tags(request.get("Tags", [])),
            "ClientToken": token,
            "Deleted": False,
            "Due": [],
        }
        self._write_job(job, new=True)
        if self.switches.initial_status == "Running":
            self._run(job)
        answer = {"Id": job["Id"], "Arn": job["Arn"]}
        self._remember("job", account, token, request, answer)
        return answer

    def _get_job(self, account: str, request: Document) -> Document:
        job = self._seen(self._find_job(account, request, deleted=True))
        if job is None or job["Deleted"]:
            raise not_found(f"Resource snapshot job {request['ResourceSnapshotJobIdentifier']}")
        return _shown(job)

    def _list_jobs(self, account: str, request: Document) -> Document:
        wanted = {"EngagementId": request.get("EngagementIdentifier"), "Status": request.get("Status")}
        found = []
        for stored in list(self.store.all("jobs").values()):
            if stored["Account"] != account or stored["Catalog"] != request["Catalog"]:
                continue
            job = self._seen(stored)
            if job and not job["Deleted"] and all(job[name] == value for name, value in wanted.items() if value):
                found.append({name: job[name] for name in ("Id", "Arn", "EngagementId", "Status", "CreatedAt")})
        page_of_jobs, token = page(
            found,
            lambda job: f"{job['CreatedAt']} {job['Id']}",
            account,
            request,
            descending=request.get("Sort", {}).get("SortOrder") != "ASCENDING",
        )
        summaries = [{name: job[name] for name in ("Id", "Arn", "EngagementId", "Status")} for job in page_of_jobs]
        return {"ResourceSnapshotJobSummaries": summaries, **token}

    def _start_job(self, account: str, request: Document) -> Document:
        job = self._find_job(account, request)
        if job["Status"] == "Running":
            return self._already(job, self.switches.start_running)
        self._write_job(job)
        self._run(job)
        return {}

    def _stop_job(self, account: str, request: Document) -> Document:
        job = self._find_job(account, request)
        if job["Status"] == "Stopped":
            return self._already(job, self.switches.stop_stopped)
        self._write_job(job)
        job.update(Status="Stopped", Due=[])
        return {}

    def _delete_job(self, account: str, request: Document) -> Document:
        job = self._find_job(account, request)
        if job["Status"] == "Running":
            message = f"Resource snapshot job {job['Id']} is Running: stop it before deleting it."
            if self.switches.delete_running == "conflict":
                raise conflict(message)
            raise invalid(message, ("ResourceSnapshotJobIdentifier", message, "INVALID_RESOURCE_STATE"), business=True)
        self._write_job(job)
        job["Deleted"] = True
        return {}

    def _already(self, job: Document, switch: str) -> Document:
        if switch == "noop":
            return {}
        message = f"Resource snapshot job {job['Id']} is {job['Status']} already."
        raise invalid(message, ("ResourceSnapshotJobIdentifier", message, "INVALID_RESOURCE_STATE"), business=True)

    def _refuse_duplicate(self, account: str, request: Document) -> None:
        mine = _identity(request, "EngagementIdentifier", "ResourceIdentifier", "ResourceSnapshotTemplateIdentifier")
        for job in self._live_jobs():
            theirs = _identity(job, "EngagementId", "ResourceId", "ResourceSnapshotTemplateName")
            if job["Account"] == account and theirs == mine:
                raise conflict(f"A resource snapshot job for {mine[3]} exists already in engagement {mine[2]}.")

    # Tags ----------------------------------------------------------------------------------------------------------

    def _tag(self, account: str, request: Document) -> Document:
        job = self._find_by_arn(account, request["ResourceArn"])
        tags = {**job["Tags"], **_tags(request["Tags"])}
        count = sum(not key.startswith(RESERVED) for key in tags)
        if count > TAG_LIMIT:
            message = f"{count} tags are more than {TAG_LIMIT}."
            raise invalid(message, ("Tags", message, "TOO_MANY_VALUES"), business=True)
        self._write_job(job)
        job["Tags"] = tags
        return {}

    def _untag(self, account: str, request: Document) -> Document:
        job = self._find_by_arn(account, request["ResourceArn"])
        self._write_job(job)
        job["Tags"] = {key: value for key, value in job["Tags"].items() if key not in request["TagKeys"]}
        return {}

    def _list_tags(self, account: str, request: Document) -> Document:
        job = self._seen(self._find_by_arn(account, request["ResourceArn"], deleted=True))
        if job is None or job["Deleted"]:
            raise not_found(request["ResourceArn"])
        return _tag_list(job["Tags"])

    def _find_by_arn(self, account: str, arn: str, *, deleted: bool = False) -> Document:
        if arn.split(":")[4] != account:
            if self.switches.other_account == "denied":
                raise ServiceRefusalError("AccessDeniedException", f"User is not authorized to access {arn}.")
            raise not_found(arn)
        job = self.store.all("jobs").get(arn.rsplit("/", 1)[-1])
        if job is None or job["Arn"] != arn or (job["Deleted"] and not deleted):
            raise not_found(arn)
        return job

    # Settings ------------------------------------------------------------------------------------------------------

    def _get_settings(self, account: str, request: Document) -> Document:
        return {"Catalog": request["Catalog"], **self._settings(account, request["Catalog"])}

    def _put_settings(self, account: str, request: Document) -> Document:
        role = request.get("ResourceSnapshotJobRoleIdentifier")
        if role and not role.startswith("arn:"):
            role = f"arn:aws:iam::{account}:role/{role}"
        if role or self.switches.put_without_role == "clear":
            settings = {"ResourceSnapshotJobRoleArn": role} if role else {}
            self.store.put("settings", f"{account} {request['Catalog']}", settings)
        elif self.switches.put_without_role == "validation":
            message = "A role is required."
            raise invalid(message, ("ResourceSnapshotJobRoleIdentifier", message, "REQUIRED_FIELD_MISSING"))
        return self._get_settings(account, request)

    def _settings(self, account: str, catalog: str) -> Document:
        return self.store.all("settings").get(f"{account} {catalog}", {})

    # Snapshots -----------------------------------------------------------------------------------------------------

    def _create_snapshot(self, account: str, request: Document) -> Document:
        request = dict(request)
        token = request.pop("ClientToken")
        replayed = self._replay("snapshot", account, token, request)
        if replayed:
            return replayed
        self._check_exists(request)
        about = {
            "Catalog": request["Catalog"],
            "EngagementId": request["EngagementIdentifier"],
            "ResourceId": request["ResourceIdentifier"],
            "ResourceSnapshotTemplateName": request["ResourceSnapshotTemplateIdentifier"],
        }
        snapshot = self._snapshot(account, about, self.clock.now())
        answer = {"Arn": snapshot["Arn"], "Revision": snapshot["Revision"]}
        self._remember("snapshot", account, token, request, answer)
        return answer

    def _get_snapshot(self, account: str, request: Document) -> Document:
        revisions = [
            snapshot
            for snapshot in self._snapshots(account, request)
            if request.get("Revision") in {None, snapshot["Revision"]}
        ]
        if not revisions:
            raise not_found(f"A snapshot of {request['ResourceIdentifier']}")
        return {name: value for name, value in revisions[-1].items() if name != "Account"}

    def _list_snapshots(self, account: str, request: Document) -> Document:
        names = ("Arn", "Revision", "ResourceType", "ResourceId", "ResourceSnapshotTemplateName", "CreatedBy")
        latest = {snapshot["Arn"]: snapshot for snapshot in self._snapshots(account, request)}
        shown, token = page(latest.values(), lambda snapshot: str(snapshot["Arn"]), account, request)
        return {"ResourceSnapshotSummaries": [{name: item[name] for name in names} for item in shown], **token}

    def _snapshots(self, account: str, request: Document) -> Iterator[Document]:
        wanted = {
            "Account": account,
            "Catalog": request["Catalog"],
            "EngagementId": request["EngagementIdentifier"],
            "ResourceId": request.get("ResourceIdentifier"),
            "ResourceSnapshotTemplateName": request.get("ResourceSnapshotTemplateIdentifier"),
            "CreatedBy": request.get("CreatedBy"),
        }
        for snapshot in self.store.all("snapshots").values():
            if all(snapshot[name] == value for name, value in wanted.items() if value is not None):
                yield snapshot

    def _snapshot(self, account: str, about: Document, moment: float) -> Document:
        """Take a snapshot: the next revision of what is shared about one resource in one engagement."""
        resource, template = about["ResourceId"], about["ResourceSnapshotTemplateName"]
        arn = (
            f"arn:aws:partnercentral:{REGION}::catalog/{about['Catalog']}/engagement/{about['EngagementId']}"
            f"/resource/Opportunity/{resource}/template/{template}/resource-snapshot"
        )
        taken = (item for item in self.store.all("snapshots").values() if item["Arn"] == arn)
        revision = 1 + max((item["Revision"] for item in taken if item["Account"] == account), default=0)
        snapshot = {
            "Account": account,
            "Catalog": about["Catalog"],
            "Arn": arn,
            "CreatedBy": account,
            "CreatedAt": iso(moment),
            "EngagementId": about["EngagementId"],
            "ResourceType": "Opportunity",
            "ResourceId": resource,
            "ResourceSnapshotTemplateName": template,
            "Revision": revision,
            "Payload": _payload(template, self._opportunity(resource)["Revision"]),
        }
        self.store.put("snapshots", f"{account} {arn} {revision:06d}", snapshot)
        return snapshot

    # Executions ----------------------------------------------------------------------------------------------------

    def run_due(self) -> None:
        """Carry out every execution whose time has come."""
        now = self.clock.now()
        for job in list(self._live_jobs()):
            for due in [moment for moment in job["Due"] if moment <= now]:
                job["Due"].remove(due)
                self._execute(job, due)
                self.store.put("jobs", job["Id"], job)

    def change_opportunity(self, resource: str) -> None:
        """The opportunity was edited: every running job on it is to take a snapshot."""
        opportunity = self._opportunity(resource)
        self.store.put("opportunities", resource, {**opportunity, "Revision": opportunity["Revision"] + 1})
        for job in self._live_jobs():
            if job["ResourceId"] == resource and job["Status"] == "Running":
                self._schedule(job)
                self.store.put("jobs", job["Id"], job)

    def _run(self, job: Document) -> None:
        job["Status"] = "Running"
        if job.get("Captured") != self._opportunity(job["ResourceId"])["Revision"]:
            self._schedule(job)

    def _schedule(self, job: Document) -> None:
        job["Due"].append(self.clock.now() + self.switches.snapshot_delay)

    def _execute(self, job: Document, moment: float) -> None:
        role = self._settings(job["Account"], job["Catalog"]).get("ResourceSnapshotJobRoleArn")
        if self.switches.role_required and not role:
            job["LastFailure"] = NO_ROLE
            return
        self._snapshot(job["Account"], job, moment)
        job["LastSuccessfulExecutionDate"] = iso(moment)
        job["Captured"] = self._opportunity(job["ResourceId"])["Revision"]

    # What the control API needs ------------------------------------------------------------------------------------

    def change_job(self, job_id: str, changes: Document) -> None:
        """Change a job behind everybody's back; a member set to None is gone.

        Raises:
            KeyError: there is no such job.
            ValueError: there is no such member, or the job would be none that the service could have.
        """
        job = copy.deepcopy(self.store.all("jobs")[job_id])
        unknown = sorted(set(changes) - set(CHANGEABLE))
        if unknown:
            raise ValueError(f"of a job, {', '.join(CHANGEABLE)} can be changed, not {', '.join(unknown)}")
        job.update({CHANGEABLE[name]: value for name, value in changes.items()})
        job = {name: value for name, value in job.items() if value is not None}
        _check_job(job)
        if changes.get("status") == "Running":
            self._run(job)
        elif changes.get("status") == "Stopped":
            job["Due"] = []
        self.store.put("jobs", job_id, job)

    def state(self) -> Document:
        """All that the service holds."""
        jobs = self.store.all("jobs").values()
        return {
            "jobs": [job for job in jobs if not job["Deleted"]],
            "deleted_jobs": [job for job in jobs if job["Deleted"]],
            "tokens": dict(self.store.all("tokens")),
            "settings": dict(self.store.all("settings")),
            "snapshots": list(self.store.all("snapshots").values()),
            "engagements": list(self.store.all("engagements")),
            "opportunities": dict(self.store.all("opportunities")),
            "time": iso(self.clock.now()),
        }

    def forget_stale(self) -> None:
        """Let every read see what is."""
        self._stale.clear()

    # Shared --------------------------------------------------------------------------------------------------------

    def _find_job(self, account: str, request: Document, *, deleted: bool = False) -> Document:
        job_id = request["ResourceSnapshotJobIdentifier"]
        job = self.store.all("jobs").get(job_id)
        if job is None or (job["Deleted"] and not deleted):
            raise not_found(f"Resource snapshot job {job_id}")
        if (job["Account"], job["Catalog"]) != (account, request["Catalog"]):
            raise not_found(f"Resource snapshot job {job_id}")
        return job

    def _write_job(self, job: Document, *, new: bool = False) -> None:
        """Note what reads may still see, and that the job is to be stored."""
        if self.switches.stale_reads:
            self._stale[job["Id"]] = [None if new else copy.deepcopy(job), self.switches.stale_reads]
        self.store.put("jobs", job["Id"], job)

    def _seen(self, job: Document) -> Document | None:
        """A job as a read sees it."""
        stale = self._stale.get(job["Id"])
        if not stale:
            return job
        before, left = stale
        if left <= 1:
            del self._stale[job["Id"]]
        stale[1] = left - 1
        seen: Document | None = before
        return seen

    def _live_jobs(self) -> Iterator[Document]:
        return (job for job in self.store.all("jobs").values() if not job["Deleted"])

    def _live_job(self, answer: Document) -> bool:
        job = self.store.all("jobs").get(answer["Id"])
        return job is not None and not job["Deleted"]

    def _replay(self, kind: str, account: str, token: str, request: Document) -> Document | None:
        """What this token was answered with before, where it is remembered and the body is the same."""
        catalogs = [request["Catalog"]] if self.switches.token_scope == "catalog" else CATALOGS
        for catalog in catalogs:
            known = self.store.all("tokens").get(f"{kind} {account} {catalog} {token}")
            if known and known["Time"] + self.switches.token_window >= self.clock.now():
                return self._same_answer(known, request)
        return None

    def _same_answer(self, known: Document, request: Document) -> Document:
        if known["Request"] != request:
            message = "The client token was used with other parameters."
            if self.switches.token_other_body == "conflict":
                raise conflict(message)
            raise invalid(message, ("ClientToken", message, "INVALID_VALUE"), business=True)
        answer: Document = known["Answer"]
        return answer

    def _remember(self, kind: str, account: str, token: str, request: Document, answer: Document) -> None:
        self.store.put(
            "tokens",
            f"{kind} {account} {request['Catalog']} {token}",
            {"Request": request, "Answer": answer, "Time": self.clock.now()},
        )

    def _check_exists(self, request: Document) -> None:
        if self.switches.existence == "any":
            return
        if request["EngagementIdentifier"] not in self.store.all("engagements"):
            raise not_found(f"Engagement {request['EngagementIdentifier']}")
        if request["ResourceIdentifier"] not in self.store.all("opportunities"):
            raise not_found(f"Opportunity {request['ResourceIdentifier']}")

    def _opportunity(self, resource: str) -> Document:
        return self.store.all("opportunities").get(resource, {"Revision": 1})

    def _new_id(self, prefix: str, length: int) -> str:
        return prefix + "".join(self._random.choices(string.ascii_lowercase + string.digits, k=length))


def _identity(document: Document, engagement: str, resource: str, template: str) -> tuple[str, ...]:
    return tuple(document[name] for name in ("Catalog", "ResourceType", engagement, resource, template))


def _payload(template: str, revision: int) -> Document:
    """A snapshot's content: which revision of the opportunity it shows."""
    shown = {"CustomerUseCase": f"As the opportunity stood at its revision {revision}"}
    if template == "AwsOpportunitySummaryFullView":
        return {"AwsOpportunitySummaryFullView": {"Project": shown}}
    return {"OpportunitySummary": {"Project": shown}}


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _shown(job: Document) -> Document:
    """A job as GetResourceSnapshotJob answers it."""
    return {name: job[name] for name in SHOWN if name in job}


def _check_job(job: Document) -> None:
    """Refuse a job that the service could not have."""
    tags = job.get("Tags")
    for valid, complaint in (
        (isinstance(tags, dict), f"tags cannot be {tags!r}: give an object"),
        (isinstance(job.get("Deleted"), bool), f"deleted cannot be {job.get('Deleted')!r}: give true or false"),
        ("Status" in job, "status cannot be null: give Running or Stopped"),
    ):
        if not valid:
            raise ValueError(complaint)
    faults = [
        *answer_faults("GetResourceSnapshotJob", _shown(job)),
        *answer_faults("ListTagsForResource", _tag_list(job["Tags"])),
    ]
    if faults:
        raise ValueError("; ".join(f"{path}: {text}" for path, text, _ in faults))


def _tag_list(tags: dict[str, str]) -> Document:
    """Tags as ListTagsForResource answers them."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}
