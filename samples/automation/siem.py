#!/usr/bin/env python3
"""Writes the events of a run as the Elastic Common Schema (ECS) or as OCSF has them, one JSON object a line.

    siem.py ecs events.jsonl >> run.ecs.jsonl      # before: sealoff apply DIR --confirm ... --events events.jsonl
    sealoff verify DIR --watch 10m --on-contradiction "siem.py ocsf"

With SEALOFF_SIEM_URL in the environment each object is posted there instead, with SEALOFF_SIEM_TOKEN as its bearer token where
that is set. Batches and progress are left out. It ends with the run. --once reads what the file has now.
"""

import argparse
import datetime
import json
import os

from sealoff_events import follow, found_back, post

LEFT_OUT = ("sent", "progress", "throttled")
SEVERE = ("contradiction", "ended-stopped")


def named(event):
    """The name of an event, in which a run that was halted is not one that finished."""
    return f"ended-{event['ending']}" if event["event"] == "ended" else event["event"]


def of_account(found):
    """What --on-contradiction says, in the shape of an event."""
    return {"event": "contradiction", "time": found["at"], "user": found["user"], "user_id": found["object_id"],
            "reason": found["what"], "tenant": None, "plan": None, "run": None}


def failed(name):
    return name in ("steps-failed", "app-left-out", "unreachable", *SEVERE)


def ecs(event):
    """Fields of ECS 8; what it has no name for is below `sealoff`."""
    name = named(event)
    kind = "alert" if name in SEVERE else "event"
    document = {
        "@timestamp": event["time"],
        "ecs": {"version": "8.11.0"},
        "event": {
            "kind": kind,
            "category": ["iam"],
            "type": ["user", "change"] if "user" in event else ["info"],
            "action": name,
            "outcome": "failure" if failed(name) else "success",
            "provider": "sealoff",
            "dataset": "sealoff.events",
        },
        "sealoff": event,
    }
    if event["tenant"]:
        document["cloud"] = {"account": {"id": event["tenant"]}, "provider": "azure"}
    if "user" in event:
        target = {"name": event["user"], "id": event.get("user_id")}
        document["user"] = {"target": {key: value for key, value in target.items() if value}}
    if "reason" in event:
        document["message"] = event["reason"]
    return document


def ocsf(event):
    """Classes of OCSF 1.1: Detection Finding for what a person must look at, Account Change for an account, and Application
    Lifecycle for the run."""
    name = named(event)
    moment = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    if name in SEVERE:
        category, class_uid, activity = 2, 2004, 1
    elif "user" in event:
        category, class_uid, activity = 3, 3001, 99
    else:
        category, class_uid, activity = 6, 6002, {"started": 3, "stopping": 4}.get(name, 4 if name.startswith("ended") else 99)
    document = {
        "category_uid": category,
        "class_uid": class_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "severity_id": 4 if name in SEVERE else 3 if failed(name) else 1,
        "status_id": 2 if failed(name) else 1,
        "time": int(moment.timestamp() * 1000),
        "message": event.get("reason", name),
        "metadata": {"version": "1.1.0", "product": {"name": "sealoff", "vendor_name": "sealoff"}, "event_code": name},
        "unmapped": event,
    }
    if event["tenant"]:
        document["cloud"] = {"provider": "Azure", "account": {"uid": event["tenant"]}}
    if class_uid == 2004:
        document["finding_info"] = {"title": name, "uid": f"{event['run'] or event['user_id']}-{event['time']}"}
    if class_uid == 6002:
        document["app"] = {"name": "sealoff", "vendor_name": "sealoff"}
    if "user" in event:
        document["user"] = {"name": event["user"], "uid": event.get("user_id") or event["user"]}
    return document


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("schema", choices=("ecs", "ocsf"))
    arguments.add_argument("events", nargs="?", help="the file of sealoff apply --events; without it, what --on-contradiction says")
    arguments.add_argument("--once", action="store_true", help="read what the file has now")
    said = arguments.parse_args()
    found = found_back()
    if said.events is None and found is None:
        arguments.error("name the file of events, or let sealoff verify --on-contradiction call this")
    url, token = os.environ.get("SEALOFF_SIEM_URL"), os.environ.get("SEALOFF_SIEM_TOKEN")
    for event in follow(said.events, said.once) if said.events else [of_account(found)]:
        if event["event"] in LEFT_OUT:
            continue
        document = {"ecs": ecs, "ocsf": ocsf}[said.schema](event)
        if url:
            post(url, document, token)
        else:
            print(json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
