"""What notify.py and siem.py share: the events of a run as they are written, and a way to post JSON.

Python 3.8 or newer, and nothing beside it.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 3
SECONDS_BETWEEN = 1.0
SECONDS_FOR_AN_ANSWER = 10
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def follow(path, once):
    """Yields the events of a file that `sealoff apply --events` writes, up to the one that says how the run ended.

    A file that is not there yet is waited for. With `once` only what stands there now is read.
    """
    while not os.path.exists(path) and not once:
        time.sleep(0.2)
    with open(path, encoding="utf-8") as lines:
        begun = ""
        while True:
            text = lines.readline()
            begun += text
            if begun.endswith("\n"):
                event = json.loads(begun)
                begun = ""
                yield event
                if event["event"] == "ended" and not once:
                    return
            elif once:
                return
            else:
                time.sleep(0.2)


def found_back():
    """What `sealoff verify --on-contradiction` says of one account in the environment, or None."""
    if "SEALOFF_FOUND_USER" not in os.environ:
        return None
    names = ("user", "object_id", "row", "steps", "what", "at", "in")
    return {name: os.environ.get("SEALOFF_FOUND_" + name.upper(), "") for name in names}


def post(url, document, token=None):
    """Posts JSON, and tries again where that may help. The URL may be a secret, so no message repeats it."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SystemExit("the address must begin with https://")
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(url, json.dumps(document).encode(), headers)
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_FOR_AN_ANSWER):
                return
        except urllib.error.HTTPError as error:
            why, may_pass = f"HTTP {error.code}", error.code == 429 or error.code >= 500
        except (urllib.error.URLError, OSError) as error:
            why, may_pass = str(getattr(error, "reason", error)), True
        if not (left and may_pass):
            print(f"{parts.hostname} did not take a message: {why}", file=sys.stderr)
            raise SystemExit(1)
        time.sleep(SECONDS_BETWEEN)


def address(variable):
    """The address in a variable of the environment: those who know it can post, so it is no argument."""
    url = os.environ.get(variable, "")
    if not url:
        raise SystemExit(f"{variable} is not set: the address to post to")
    return url
