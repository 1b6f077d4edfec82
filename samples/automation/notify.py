#!/usr/bin/env python3
"""Says in Teams or Slack that a run began, halted or ended, and that somebody was let in again.

    export SEALOFF_WEBHOOK=https://...       # Teams: the Workflows trigger "When a Teams webhook request is received"
                                             # Slack: an incoming webhook
    notify.py teams events.jsonl &           # before: sealoff apply DIR --confirm ... --events events.jsonl
    sealoff verify DIR --watch 10m --on-contradiction "notify.py teams"

It ends with the run. --once reads what the file has now. Names stand in the messages, and no password ever does.
"""

import argparse

from sealoff_events import address, follow, found_back, post

# An outage that is shorter than this is no news.
SECONDS_OF_OUTAGE = 60


def texts(events):
    """The few events that a person wants to hear of, as sentences."""
    is_down = False
    for event in events:
        kind = event["event"]
        if kind == "started":
            yield f"sealoff began: {event['accounts']:,} accounts, {event['writes_left']:,} writes. Plan {event['plan'][:12]}."
        elif kind == "unreachable" and event["down_for"] >= SECONDS_OF_OUTAGE and not is_down:
            is_down = True
            yield "sealoff cannot reach Microsoft Graph. It waits and goes on by itself; nothing is lost."
        elif kind == "reachable" and is_down:
            is_down = False
            yield "sealoff reaches Microsoft Graph again, and goes on."
        elif kind == "app-left-out":
            yield f"sealoff goes on without the app {event['app']}: {event['reason']}"
        elif kind == "stopping":
            yield "sealoff was asked to stop. The same command goes on where it stopped."
        elif kind == "ended":
            yield ended(event)


def ended(event):
    seconds = event["statistics"]["elapsed"]
    how = {
        "finished": "sealoff has finished. sealoff status says who is not dealt with.",
        "interrupted": "sealoff was interrupted. The same command goes on where it stopped.",
        "stopped": "sealoff HALTED before the end. sealoff status says why, and what to do.",
    }
    return f"{how.get(event['ending'], 'sealoff ended.')} Plan {event['plan'][:12]}, after {seconds:,.0f} seconds."


def let_in_again(found):
    return f"{found['user']} was LET IN AGAIN ({found['what']}), found at {found['at']}. To block again: sealoff again {found['in']}"


def teams(text):
    # Text in runs is shown as it is: in a block it would be read as Markdown, and a name can hold anything.
    body = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}]
    card = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def slack(text):
    for letter, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(letter, code)
    return {"text": text}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("where", choices=("teams", "slack"))
    arguments.add_argument("events", nargs="?", help="the file of sealoff apply --events; without it, what --on-contradiction says")
    arguments.add_argument("--once", action="store_true", help="read what the file has now")
    said = arguments.parse_args()
    message = {"teams": teams, "slack": slack}[said.where]
    found = found_back()
    if said.events is None and found is None:
        arguments.error("name the file of events, or let sealoff verify --on-contradiction call this")
    url = address("SEALOFF_WEBHOOK")
    sentences = texts(follow(said.events, said.once)) if said.events else [let_in_again(found)]
    for text in sentences:
        post(url, message(text))


if __name__ == "__main__":
    main()
