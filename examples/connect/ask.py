"""A client of Ayni's in a page: python3 ask.py METHOD PATH [JSON], or python3 ask.py again.

It needs client.json, as `ayni client add … --json` prints it. What moves money is written into sent.jsonl
with its key *before* it is sent, so that nothing is ever in doubt: whatever happens on the way, the same line
is sent again, and is carried out once. Python's own library is all that it uses.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

AYNI = os.environ.get("AYNI_API", "http://127.0.0.1:8080")
SENT = Path("sent.jsonl")
MOVES_NOTHING = ("/api/v1/quotes",)
TRIES = 5


def new_key():
    """A UUIDv7: milliseconds since 1970, then chance. From Python 3.14 on: uuid.uuid7()."""
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def token():
    """A token for a quarter of an hour. A program that goes on keeps it, and asks again after a 401."""
    client = json.loads(Path("client.json").read_text())
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client"],
        "client_secret": client["secret"],
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{AYNI}/oauth/token", body, timeout=10) as answer:
        return json.load(answer)["access_token"]


def ask(method, path, body=None):
    """One request: (status, what was answered). No answer, 429 and 503 mean: send the same again."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {token()}", "content-type": "application/json"}
    for tried in range(1, TRIES + 1):
        request = urllib.request.Request(AYNI + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as problem:
            if problem.code not in (429, 503) or tried == TRIES:
                return problem.code, json.load(problem)
            time.sleep(int(problem.headers.get("retry-after", tried)))
        except OSError:
            if tried == TRIES:
                raise
            time.sleep(tried)
    raise AssertionError("the last try has ended above")


def main(words):
    """Do what the command says, and print the answer."""
    if words == ["again"]:
        method, path, body = json.loads(SENT.read_text().splitlines()[-1])
    else:
        method, path = words[:2]
        body = json.loads(words[2]) if len(words) > 2 else None
        if method == "POST" and path not in MOVES_NOTHING:
            body.setdefault("key", new_key())
            with SENT.open("a") as sent:
                print(json.dumps([method, path, body]), file=sent, flush=True)
                os.fsync(sent.fileno())
    status, told = ask(method, path, body)
    print(status, file=sys.stderr, flush=True)
    print(json.dumps(told, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
