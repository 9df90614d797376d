"""What we sent against what Ayni's ledger has: python3 reconcile.py SHOP DAY.

Three questions. Is each request of ours there, as we meant it? Did anything move at the shop that we did not
send? And does the day close: opening, what came in and what went out?
"""

import json
import sys
from pathlib import Path

from ask import ask


def list_sent():
    """The payments that we sent, by key; a line that was sent again stands there once."""
    lines = [json.loads(line) for line in Path("sent.jsonl").read_text().splitlines()]
    return {body["key"]: body for _, path, body in lines if path == "/api/v1/payments"}


def list_events():
    """Everything that happened to our wallets and shops, from the beginning."""
    found, after = [], 0
    while True:
        _, page = ask("GET", f"/api/v1/events?after_seq={after}&limit=500")
        found += [event["payment"] for event in page["events"]]
        if page["upto_seq"] == after:
            return found
        after = page["upto_seq"]


def main(shop, day):
    """Print what agrees and what does not; the exit status is 1 when anything does not."""
    ours, wrong = {}, 0
    for key, body in list_sent().items():
        status, payment = ask("GET", f"/api/v1/payments?key={key}")
        if status == 404:
            print(f"not carried out: {key}: send it again, or tell the customer")
            continue
        ours[payment["id"]] = payment
        if payment["amount_minor"] != body["amount_minor"]:
            wrong += 1
            print(f"not as we meant it: {key}")
    told = {payment["id"]: payment for payment in list_events()}
    missing = [payment_id for payment_id in ours if payment_id not in told]
    others = [payment for payment_id, payment in told.items() if payment_id not in ours]
    print(f"{len(ours)} of ours carried out, {len(missing)} missing, {len(others)} that others sent")
    _, closed = ask("GET", f"/api/v1/merchants/{shop}/day?on={day}")
    came = sum(line["in_minor"] for line in closed["lines"])
    went = sum(line["out_minor"] for line in closed["lines"])
    print(f"{shop} on {day}: {closed['opening_minor']} + {came} - {went} = {closed['closing_minor']}")
    # The day is the shop's whole; events are ours to see: they must say the same of it.
    seen = sum(payment["amount_minor"] for payment in told.values() if payment["credit"]["shop"] == shop)
    gone = sum(payment["amount_minor"] for payment in told.values() if payment["debit"]["shop"] == shop)
    whole = closed["opening_minor"] + came - went == closed["closing_minor"]
    agrees = whole and not missing and not wrong and seen - gone == closed["closing_minor"]
    print("It agrees." if agrees else "It does not agree.")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
