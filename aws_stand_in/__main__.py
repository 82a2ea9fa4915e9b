"""`python -m aws_stand_in`: serve until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack

import click

HOST = "127.0.0.1"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--endpoint", metavar="URL", help="What plays AWS; without it, moto's server is started.")
def main(endpoint: str | None) -> None:
    """Stand in for the Pulumi plugin `aws` on localhost.

    Prints the two variables that point the AWS SDKs and the engine here, and serves until it is stopped.
    """
    # Nothing of the user's own has a say in what only plays AWS, and a profile that is not there would end it.
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    # They take a second: a signal meanwhile is heeded.
    from aws_stand_in.clients import RefusedError

    with ExitStack() as stack:
        try:
            endpoint = _play_aws(stack) if endpoint is None else endpoint
            port = _serve(stack, endpoint)
        except RefusedError as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"AWS_ENDPOINT_URL={endpoint}\nPULUMI_DEBUG_PROVIDERS=aws:{port}")
        stopped.wait()


def _play_aws(stack: ExitStack) -> str:
    """Start moto's server; its URL."""
    import logging

    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # Roles may have AWS's own policies.
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # A line for each request would hide what matters.
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    stack.callback(server.stop)
    return "http://{}:{}".format(*server.get_host_and_port())


def _serve(stack: ExitStack, endpoint: str) -> int:
    """Start the plugin; its port."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc
    from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

    from aws_stand_in.server import Provider

    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    add_ResourceProviderServicer_to_server(Provider(endpoint), server)
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    stack.callback(lambda: server.stop(grace=1).wait())
    return int(port)


if __name__ == "__main__":
    main()
