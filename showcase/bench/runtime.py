"""The least of a Lambda runtime for Python: imports the handler's module, then asks for events and answers them.

AWS's own runtime client does more before its first question, so this one flatters Python.
"""

import http.client
import importlib
import json
import os
import sys


def main() -> None:
    handler = importlib.import_module(sys.argv[1]).handler
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        response = api.getresponse()
        event = json.loads(response.read())
        request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
        answer = json.dumps(handler(event, None))
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", answer)
        api.getresponse().read()


if __name__ == "__main__":
    main()
