"""The process: on 127.0.0.1 only, in a folder of its own, and never longer alive than its starter."""

import argparse
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end(folder: str) -> None:
    """Take everything along: the functions it runs are processes of this group."""
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _end_with_starter(folder: str) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    _end(folder)


def _say_when_ready(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{url}/_ministack/health"):
                print(f"listening {url}", flush=True)
                return
        except urllib.error.URLError:
            time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for AWS that enforces IAM.")
    parser.add_argument("--other", required=True, help="URL of the stand-in that answers")
    url_of_other = parser.parse_args().other

    # A group of its own, so that what it started can be ended with it.
    os.setpgrp()
    folder = tempfile.mkdtemp(prefix="nightshift-roles-")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    os.environ.update(
        AUTH="true",
        # Functions are told this address, so that their calls come back here.
        AWS_ENDPOINT_URL=url,
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        LOG_LEVEL="ERROR",
        TMPDIR=folder,
    )
    tempfile.tempdir = folder
    sys.argv = sys.argv[:1]
    os.chdir(folder)

    signal.signal(signal.SIGTERM, lambda *_: _end(folder))
    threading.Thread(target=_end_with_starter, args=(folder,), daemon=True).start()
    threading.Thread(target=_say_when_ready, args=(url,), daemon=True).start()

    # Only now: ministack reads its settings when it is imported.
    from ministack import app

    from . import assuming, buckets, events, organizations, question, ses
    from .other import Other
    from .rds import Rds
    from .secrets import Secrets
    from .users import Users, know_minted_keys

    other = Other(url_of_other)
    question.install(other, [Rds(other), Secrets(other), Users(other), *organizations.services(other)])
    know_minted_keys(other)
    assuming.install(other)
    buckets.install()
    events.install()
    ses.install()
    app.main()
