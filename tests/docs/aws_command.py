"""Plays the AWS CLI, which is not among what the project installs: `aws SERVICE OPERATION --member value ...`."""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3


def main() -> None:
    service, operation, *options = sys.argv[1:]
    make: Any = boto3.client  # A service that is not known beforehand.
    client = make(service, region_name="us-east-1")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation.replace("-", "_")])
    members = {name.lower(): name for name in shape.input_shape.members}
    given = {members[name[2:].replace("-", "")]: value for name, value in zip(options[::2], options[1::2], strict=True)}
    answer = getattr(client, operation.replace("-", "_"))(**given)
    del answer["ResponseMetadata"]
    print(json.dumps(answer, indent=4, default=str))  # noqa: T201  # As the AWS CLI does.


if __name__ == "__main__":
    main()
