"""Milliseconds from the plugin's start to its answer, and of the first and the second create. Prints JSON."""

import json
import subprocess
import sys
import time

from pulumi.dynamic import Config, ConfigureRequest

from snapshot_provider.provider import JobProvider

JOB = {
    "catalog": "Sandbox",
    "engagement_identifier": "eng-0123456789abcd",
    "resource_type": "Opportunity",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
    "desired_status": "Running",
}


def milliseconds(do):
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


def start():
    with subprocess.Popen([sys.executable, "-m", "pulumi.dynamic", "127.0.0.1:0"], stdout=subprocess.PIPE) as plugin:
        plugin.stdout.readline()
        plugin.kill()


def create(token):
    inputs = provider.check({}, {**JOB, "client_token": token}).inputs
    provider.create(inputs)


provider = JobProvider()
found = {"plugin": milliseconds(start)}
provider.configure(ConfigureRequest(Config({}, "bench")))
found["first create"] = milliseconds(lambda: create("first"))
found["second create"] = milliseconds(lambda: create("second"))
print(json.dumps(found))
