"""The types that are served: what each takes and gives, and how it is made, read, changed and deleted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from aws_stand_in.clients import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_stand_in.clients import Clients

    Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Input:
    """An input property.

    Attributes:
        default: what AWS takes where it is not given.
        required: it must be given.
        replaces: a change of it replaces the resource.
        is_json: it is compared by its meaning.
    """

    default: Any = None
    required: bool = False
    replaces: bool = False
    is_json: bool = False

    def means(self, value: Any) -> Any:
        """What a value comes to: equal for values that say the same."""
        value = self.default if value is None else value
        if self.is_json and isinstance(value, str):
            try:
                return _normal(json.loads(value))
            except ValueError:
                return value  # Not known yet, or for AWS to refuse.
        return value


def _normal(value: Any) -> Any:
    """A policy without what has no meaning in it: the order of lists, and lists around single values."""
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_normal(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value


NAME = Input(replaces=True)
REQUIRED = Input(required=True)
KEY = Input(required=True, replaces=True)
TEXT = Input(default="")
TAGS = Input(default={})
PATH = Input(default="/", replaces=True)
BUS = Input(default="default", replaces=True)
POLICY = Input(required=True, is_json=True)


class Kind:
    """One type: its table, and its calls.

    Attributes:
        inputs: its input properties.
        outputs: its further ones.
        moving: those of the outputs that an update changes.
        named: the input that gets a name of its own where none is given.
        regional: it is of one region.
    """

    inputs: ClassVar[dict[str, Input]]
    outputs: ClassVar[tuple[str, ...]] = ()
    moving: ClassVar[tuple[str, ...]] = ()
    named: ClassVar[str] = "name"
    regional: ClassVar[bool] = True

    def create(self, aws: Clients, new: Properties) -> str:
        """Make it; its id."""
        raise NotImplementedError

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        """All of its properties, and `id`; none, or a refusal of AWS, where it is gone.

        Args:
            aws: the clients.
            ident: its id, or what `pulumi import` was given for one.
            known: its state, as far as there is one.
        """
        raise NotImplementedError

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        """Change it in place: nothing to do where every input replaces."""

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        """Delete it."""
        raise NotImplementedError


class Parameter(Kind):
    """aws:ssm/parameter:Parameter."""

    inputs: ClassVar = {"name": NAME, "type": REQUIRED, "value": REQUIRED, "description": TEXT, "tags": TAGS}
    outputs = ("arn", "version")
    moving = ("version",)

    def create(self, aws: Clients, new: Properties) -> str:
        aws["ssm"].put_parameter(**_put(new), Tags=_listed(new["tags"]))
        return str(new["name"])

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        found = aws["ssm"].get_parameter(Name=ident, WithDecryption=True)["Parameter"]
        by_name = [{"Key": "Name", "Option": "Equals", "Values": [ident]}]
        (described,) = aws["ssm"].describe_parameters(ParameterFilters=by_name)["Parameters"]
        tags = aws["ssm"].list_tags_for_resource(ResourceType="Parameter", ResourceId=ident)["TagList"]
        own = _picked(found, name="Name", type="Type", value="Value", arn="ARN", version="Version")
        return {**own, "id": ident, "description": described.get("Description"), "tags": _mapped(tags)}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        if _changed(old, new, "type", "value", "description"):
            aws["ssm"].put_parameter(**_put(new), Overwrite=True)
        tag, untag = aws["ssm"].add_tags_to_resource, aws["ssm"].remove_tags_from_resource
        _retag(old, new, tag, untag, ResourceType="Parameter", ResourceId=ident)

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["ssm"].delete_parameter(Name=ident)


def _put(new: Properties) -> dict[str, Any]:
    return {key.capitalize(): new[key] for key in ("name", "type", "value", "description")}


class EventRule(Kind):
    """aws:cloudwatch/eventRule:EventRule."""

    inputs: ClassVar = {
        "name": NAME,
        "description": TEXT,
        "eventPattern": Input(is_json=True),
        "state": Input(default="ENABLED"),
        "eventBusName": BUS,
        "tags": TAGS,
    }
    outputs = ("arn",)

    def create(self, aws: Clients, new: Properties) -> str:
        self._put(aws, new, Tags=_listed(new["tags"]))
        bus, name = new["eventBusName"], new["name"]
        return name if bus == BUS.default else f"{bus}/{name}"

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        bus, _, name = ident.rpartition("/")
        found = aws["events"].describe_rule(Name=name, EventBusName=bus or BUS.default)
        tags = aws["events"].list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
        own = _picked(
            found, name="Name", description="Description", eventPattern="EventPattern", state="State", arn="Arn"
        )
        return {**own, "id": ident, "eventBusName": bus or BUS.default, "tags": _mapped(tags)}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        if _changed(old, new, "description", "eventPattern", "state"):
            self._put(aws, new)
        _retag(old, new, aws["events"].tag_resource, aws["events"].untag_resource, ResourceARN=old["arn"])

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["events"].delete_rule(Name=old["name"], EventBusName=old["eventBusName"])

    @staticmethod
    def _put(aws: Clients, new: Properties, **more: Any) -> None:
        pattern = {"EventPattern": new["eventPattern"]} if new["eventPattern"] else {}
        names = {"Name": new["name"], "EventBusName": new["eventBusName"]}
        aws["events"].put_rule(**names, Description=new["description"], State=new["state"], **pattern, **more)


class EventTarget(Kind):
    """aws:cloudwatch/eventTarget:EventTarget."""

    inputs: ClassVar = {"rule": KEY, "arn": REQUIRED, "targetId": NAME, "eventBusName": BUS}
    named = "targetId"

    def create(self, aws: Clients, new: Properties) -> str:
        self.update(aws, "", {}, new)
        bus, name = new["eventBusName"], f"{new['rule']}-{new['targetId']}"
        return name if bus == BUS.default else f"{bus}-{name}"

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        if known.get("rule"):
            bus, rule, target = known.get("eventBusName", BUS.default), known["rule"], known["targetId"]
        else:
            *bus_name, rule, target = _parts(ident, "[bus/]rule/targetId", "/", most=3)
            bus = bus_name[0] if bus_name else BUS.default
        found = aws["events"].list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
        arns = [item["Arn"] for item in found if item["Id"] == target]
        if not arns:
            return {}
        name = f"{rule}-{target}" if bus == BUS.default else f"{bus}-{rule}-{target}"
        return {"id": name, "rule": rule, "arn": arns[0], "targetId": target, "eventBusName": bus}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        target = {"Id": new["targetId"], "Arn": new["arn"]}
        _whole(aws["events"].put_targets(Rule=new["rule"], EventBusName=new["eventBusName"], Targets=[target]))

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        names = {"Rule": old["rule"], "EventBusName": old["eventBusName"]}
        _whole(aws["events"].remove_targets(**names, Ids=[old["targetId"]]))


def _whole(answer: Properties) -> None:
    """Refuse where EventBridge tells of a failure in a success."""
    for failed in answer.get("FailedEntries", ()):
        raise RefusedError(f"EventBridge refused {failed['TargetId']}: {failed['ErrorCode']}: {failed['ErrorMessage']}")


class Queue(Kind):
    """aws:sqs/queue:Queue."""

    inputs: ClassVar = {"name": NAME, "tags": TAGS}
    outputs = ("arn", "url")

    def create(self, aws: Clients, new: Properties) -> str:
        return str(aws["sqs"].create_queue(QueueName=new["name"], tags=new["tags"])["QueueUrl"])

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        arn = aws["sqs"].get_queue_attributes(QueueUrl=ident, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        tags = aws["sqs"].list_queue_tags(QueueUrl=ident).get("Tags")
        return {"id": ident, "name": arn.rpartition(":")[2], "tags": tags, "arn": arn, "url": ident}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        _retag(old, new, aws["sqs"].tag_queue, aws["sqs"].untag_queue, form=dict, QueueUrl=ident)

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["sqs"].delete_queue(QueueUrl=ident)


class QueuePolicy(Kind):
    """aws:sqs/queuePolicy:QueuePolicy."""

    inputs: ClassVar = {"queueUrl": KEY, "policy": POLICY}
    named = ""

    def create(self, aws: Clients, new: Properties) -> str:
        self._set(aws, new["queueUrl"], new["policy"])
        return str(new["queueUrl"])

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        found = aws["sqs"].get_queue_attributes(QueueUrl=ident, AttributeNames=["Policy"]).get("Attributes", {})
        return {"id": ident, "queueUrl": ident, "policy": found["Policy"]} if found.get("Policy") else {}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        self._set(aws, ident, new["policy"])

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        self._set(aws, ident, "")

    @staticmethod
    def _set(aws: Clients, url: str, policy: str) -> None:
        aws["sqs"].set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


class Role(Kind):
    """aws:iam/role:Role."""

    inputs: ClassVar = {"name": NAME, "assumeRolePolicy": POLICY, "description": TEXT, "path": PATH, "tags": TAGS}
    outputs = ("arn", "uniqueId")
    regional = False

    def create(self, aws: Clients, new: Properties) -> str:
        aws["iam"].create_role(
            RoleName=new["name"],
            AssumeRolePolicyDocument=new["assumeRolePolicy"],
            Description=new["description"],
            Path=new["path"],
            Tags=_listed(new["tags"]),
        )
        return str(new["name"])

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        found = aws["iam"].get_role(RoleName=ident)["Role"]
        own = _picked(found, name="RoleName", description="Description", path="Path", arn="Arn", uniqueId="RoleId")
        trust, tags = json.dumps(found["AssumeRolePolicyDocument"]), _mapped(found.get("Tags", []))
        return {**own, "id": ident, "assumeRolePolicy": trust, "tags": tags}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        if _changed(old, new, "assumeRolePolicy"):
            aws["iam"].update_assume_role_policy(RoleName=ident, PolicyDocument=new["assumeRolePolicy"])
        if _changed(old, new, "description"):
            aws["iam"].update_role(RoleName=ident, Description=new["description"])
        _retag(old, new, aws["iam"].tag_role, aws["iam"].untag_role, RoleName=ident)

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["iam"].delete_role(RoleName=ident)


class RolePolicyAttachment(Kind):
    """aws:iam/rolePolicyAttachment:RolePolicyAttachment."""

    inputs: ClassVar = {"role": KEY, "policyArn": KEY}
    named = ""
    regional = False

    def create(self, aws: Clients, new: Properties) -> str:
        aws["iam"].attach_role_policy(RoleName=new["role"], PolicyArn=new["policyArn"])
        return f"{new['role']}/{new['policyArn']}"

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        role, arn = _parts(ident, "role/policyArn", "/")
        pages = aws["iam"].get_paginator("list_attached_role_policies").paginate(RoleName=role)
        attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        return {"id": ident, "role": role, "policyArn": arn} if arn in attached else {}

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["iam"].detach_role_policy(RoleName=old["role"], PolicyArn=old["policyArn"])


class RolePolicy(Kind):
    """aws:iam/rolePolicy:RolePolicy."""

    inputs: ClassVar = {"name": NAME, "role": KEY, "policy": POLICY}
    regional = False

    def create(self, aws: Clients, new: Properties) -> str:
        self.update(aws, "", {}, new)
        return f"{new['role']}:{new['name']}"

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        role, name = _parts(ident, "role:name", ":")
        found = aws["iam"].get_role_policy(RoleName=role, PolicyName=name)
        return {"id": ident, "name": name, "role": role, "policy": json.dumps(found["PolicyDocument"])}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        aws["iam"].put_role_policy(RoleName=new["role"], PolicyName=new["name"], PolicyDocument=new["policy"])

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        aws["iam"].delete_role_policy(RoleName=old["role"], PolicyName=old["name"])


class Policy(Kind):
    """aws:iam/policy:Policy."""

    inputs: ClassVar = {
        "name": NAME,
        "description": Input(default="", replaces=True),
        "path": PATH,
        "policy": POLICY,
        "tags": TAGS,
    }
    outputs = ("arn", "policyId")
    regional = False

    def create(self, aws: Clients, new: Properties) -> str:
        made = aws["iam"].create_policy(
            PolicyName=new["name"],
            Description=new["description"],
            Path=new["path"],
            PolicyDocument=new["policy"],
            Tags=_listed(new["tags"]),
        )
        return str(made["Policy"]["Arn"])

    def read(self, aws: Clients, ident: str, known: Properties) -> dict[str, Any]:
        found = aws["iam"].get_policy(PolicyArn=ident)["Policy"]
        version = aws["iam"].get_policy_version(PolicyArn=ident, VersionId=found["DefaultVersionId"])["PolicyVersion"]
        own = _picked(found, name="PolicyName", description="Description", path="Path", arn="Arn", policyId="PolicyId")
        tags = _mapped(found.get("Tags", []))
        return {**own, "id": ident, "policy": json.dumps(version["Document"]), "tags": tags}

    def update(self, aws: Clients, ident: str, old: Properties, new: Properties) -> None:
        if _changed(old, new, "policy"):
            self._forget_versions(aws, ident)  # AWS keeps five, and refuses a sixth.
            aws["iam"].create_policy_version(PolicyArn=ident, PolicyDocument=new["policy"], SetAsDefault=True)
        _retag(old, new, aws["iam"].tag_policy, aws["iam"].untag_policy, PolicyArn=ident)

    def delete(self, aws: Clients, ident: str, old: Properties) -> None:
        self._forget_versions(aws, ident)
        aws["iam"].delete_policy(PolicyArn=ident)

    @staticmethod
    def _forget_versions(aws: Clients, arn: str) -> None:
        for version in aws["iam"].list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                aws["iam"].delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


KINDS: dict[str, Kind] = {
    "aws:cloudwatch/eventRule:EventRule": EventRule(),
    "aws:cloudwatch/eventTarget:EventTarget": EventTarget(),
    "aws:iam/policy:Policy": Policy(),
    "aws:iam/role:Role": Role(),
    "aws:iam/rolePolicy:RolePolicy": RolePolicy(),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": RolePolicyAttachment(),
    "aws:sqs/queue:Queue": Queue(),
    "aws:sqs/queuePolicy:QueuePolicy": QueuePolicy(),
    "aws:ssm/parameter:Parameter": Parameter(),
}


def _changed(old: Properties, new: Properties, *keys: str) -> bool:
    return any(old.get(key) != new.get(key) for key in keys)


def _parts(ident: str, form: str, separator: str, most: int = 2) -> list[str]:
    """The parts of an id that may come from someone who imports."""
    parts = ident.split(separator, most - 1)
    if len(parts) == 1:
        raise RefusedError(f"{ident!r} is not an id of this type: give {form}")
    return parts


def _listed(tags: Properties) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _mapped(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _retag(
    old: Properties, new: Properties, tag: Any, untag: Any, form: Callable[..., Any] = _listed, **resource: str
) -> None:
    """Set and remove tags by two calls, which want them in some form."""
    before, after = old["tags"], new["tags"]
    if changed := {key: value for key, value in after.items() if before.get(key) != value}:
        tag(**resource, Tags=form(changed))
    if removed := [*(before.keys() - after.keys())]:
        untag(**resource, TagKeys=removed)


def _picked(answer: Properties, **members: str) -> dict[str, Any]:
    """Members of an answer under the names of properties."""
    return {name: answer.get(member) for name, member in members.items()}
