"""Milliseconds that the imports of a program take, and what of the heavy packages they load. Prints JSON."""

import json
import sys
import time

began = time.perf_counter()
import pulumi

sdk = time.perf_counter()
from snapshot_provider import ResourceSnapshotJob

end = time.perf_counter()
heavy = [name for name in ("boto3", "botocore", "pulumi_aws", "rich", "click", "jinja2") if name in sys.modules]
print(json.dumps({"sdk": 1000 * (sdk - began), "package": 1000 * (end - sdk), "loaded": heavy}))
assert pulumi
assert ResourceSnapshotJob
