"""A receiver of Ayni's webhooks in a page: python3 receive.py PORT takes one message, and prints its events.

It needs webhook.json, which is what Ayni answered when the webhook was made: it holds the secret. A real
receiver stands behind TLS, goes on for ever, and keeps the last `seq` where its own data is, in the same
transaction.
"""

import base64
import hashlib
import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

SECRET = base64.b64decode(json.loads(Path("webhook.json").read_text())["secret"].removeprefix("whsec_"))
SEEN = Path("seen.json")


def is_theirs(headers, body):
    """Whether a message is Ayni's, whole and unchanged (standardwebhooks.com).

    With a clock that is right, refuse also a `webhook-timestamp` that is more than some minutes away.
    """
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted, headers["webhook-signature"] or "")


class Receiver(BaseHTTPRequestHandler):
    """Takes what is signed, answers 400 to the rest."""

    def do_POST(self):
        """A message."""
        body = self.rfile.read(int(self.headers["content-length"]))
        good = is_theirs(self.headers, body)
        if good:
            take(json.loads(body)["events"])
        # Answered after it was kept: what was not answered comes again.
        self.send_response(204 if good else 400)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def take(events):
    """Keep what is new. A message may come twice: its events have the same `seq`."""
    seen = json.loads(SEEN.read_text()) if SEEN.exists() else 0
    for event in events:
        if event["seq"] > seen:
            payment = event["payment"]
            print(event["seq"], payment["why"], payment["amount_minor"], payment["credit"]["shop"] or "")
            seen = event["seq"]
    SEEN.write_text(json.dumps(seen))


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).handle_request()
