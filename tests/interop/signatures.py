"""Looks at what the sandbox has noted of a client's requests: each was signed, and no signature failed.

Without an argument it says the number of the last request; with that number and the client's name it looks at those after it.
A number with REFUSED in it is one that a client asks for with a wrong key, so that its signature has to fail.
"""

import json
import os
import sys
import urllib.request


def control(path):
    url = os.environ["WXPAY_SANDBOX_CONTROL"] + "/v1" + path
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
        return json.load(answer)


def outcome(check):
    if check["held"]:
        return "held"
    another = check["causes"][0]["code"] in ("other_key", "other_private_key")
    return "another key" if another else "failed"


def main():
    if len(sys.argv) == 1:
        print(control("/status")["counts"]["requests"])
        return
    after, client = sys.argv[1:]
    seen = control(f"/requests?after={after}&limit=100000")["requests"]
    assert seen, "the sandbox saw no request"
    failed = 0
    for request in seen:
        wanted = "another key" if "REFUSED" in request["target"] + request["body"] else "held"
        checks = request["signatures"]
        if not checks or [outcome(check) for check in checks] != [wanted] * len(checks):
            failed += 1
            print(request["method"], request["target"], request["body"], file=sys.stderr)
            print(json.dumps(checks, ensure_ascii=False, indent=2), request["reply"], file=sys.stderr)
    if failed:
        sys.exit(f"{client}: {failed} of {len(seen)} requests were not signed as they should be")
    print(f"  the sandbox verified {len(seen)} requests")


main()
