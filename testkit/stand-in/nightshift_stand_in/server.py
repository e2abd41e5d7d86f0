"""The HTTP server: on 127.0.0.1 only, and never longer alive than its starter."""

import argparse
import io
import json
import os
import re
import signal
import sys
import threading
import traceback

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from . import clock, control, presigned, worlds
from .quick_calls import account_of_key

# Functions are answered by moto itself or forwarded to a URL, never run in Docker.
default_user_config["lambda"]["use_docker"] = False

_ACCESS_KEY = re.compile(r"Credential=(\w+)/")
_ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"


class QuietRequestHandler(MotoRequestHandler):
    """Without an access log; errors still go to stderr."""

    def log_request(self, code="-", size="-"):
        pass


def _account_of(environ: dict) -> str:
    """The account a request works in: by header, by access key, or the default.

    An access key of twelve digits stands for the account of that number, which
    lets a client choose its account with nothing but its credentials.
    """
    if _ACCOUNT_HEADER in environ:
        return environ[_ACCOUNT_HEADER]
    found = _ACCESS_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not found:
        return worlds.DEFAULT_ACCOUNT
    access_key = found.group(1)
    if re.fullmatch(r"\d{12}", access_key):
        return access_key
    return account_of_key(access_key)


class StandIn:
    """The WSGI application: control calls here, everything else to moto."""

    def __init__(self):
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ, start_response):
        body = self._read_body(environ)
        path = environ.get("PATH_INFO", "")
        with worlds.lock:
            if path.startswith(control.PREFIX):
                status, reply = control.answer(path.removeprefix(control.PREFIX), body)
                return self._send(start_response, status, reply)
            refusal = presigned.unfold(environ)
            if refusal:
                start_response("403 Forbidden", [("Content-Type", "text/xml")])
                return [refusal.encode()]
            worlds.enter(_account_of(environ))
            environ[_ACCOUNT_HEADER] = worlds.current().account
            try:
                return self._moto(environ, start_response)
            except Exception:
                traceback.print_exc()
                return self._send(start_response, 500, {"__type": "InternalFailure"})

    @staticmethod
    def _read_body(environ) -> bytes:
        """Take the body in before the lock, so that a slow client holds up no one."""
        length = environ.get("CONTENT_LENGTH")
        if not length:
            return b""
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(body)
        return body

    @staticmethod
    def _send(start_response, status: int, reply) -> list[bytes]:
        data = json.dumps(reply, default=str).encode()
        reason = {200: "OK", 400: "Bad Request"}.get(status, "Internal Server Error")
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        start_response(f"{status} {reason}", headers)
        return [data]


def _exit_with_starter() -> None:
    """End when stdin does: the pipe closes even if the starter is killed."""
    while sys.stdin and sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description="AWS stand-in for tests, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    port = parser.parse_args().port

    clock.install()
    server = make_server(
        "127.0.0.1", port, StandIn(), threaded=True, request_handler=QuietRequestHandler
    )
    server.daemon_threads = True
    # Where an execution of a state machine finds the services it calls.
    os.environ["MOTO_PORT"] = str(server.server_port)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=_exit_with_starter, daemon=True).start()
    print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
