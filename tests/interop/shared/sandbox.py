"""What a client in Python needs besides itself: the sandbox's control port, a merchant's callback, a line for each flow."""

import json
import os
import queue
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

ENV = os.environ
PUBLIC_KEY = ENV["TRUST"] == "public-key"
PAYER = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


def control(path, body=None):
    request = urllib.request.Request(ENV["WXPAY_SANDBOX_CONTROL"] + "/v1" + path)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def today():
    """The day in China."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))


@contextmanager
def flow(name):
    """Names a flow once it is through, or the one that failed."""
    try:
        yield
    except BaseException:
        print(f"  FAILED: {name}", flush=True)
        raise
    print(f"  {name}", flush=True)


def refused(attempt, *arguments):
    """What the client said when it refused."""
    try:
        attempt(*arguments)
    except Exception as error:
        return str(error)
    raise AssertionError("what is not authentic was accepted")


def spoiled(body):
    """The same notification, changed: a space after APIv3, another amount of APIv2, or a cipher text that is not whole."""
    if body.startswith("{"):
        return body + " "
    return body.replace(TOTAL_FEE, TOTAL_FEE + "9").replace(REQ_INFO, REQ_INFO + "AAAA")


class Shop:
    """A merchant's server: for each path, what reads a notification by means of the client, and raises unless it is authentic."""

    def __init__(self, **readers):
        told = self.told = queue.Queue()

        class Callback(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                read = readers[self.path.strip("/")]
                try:
                    told.put(read(dict(self.headers), body))
                    self.send_response(200)
                except Exception as error:
                    told.put(error)
                    self.send_response(400)
                self.end_headers()
                self.wfile.write(b"" if body.startswith("{") else ACKNOWLEDGED)

            def log_message(self, *_):
                pass

        self.count = 0
        self.server = HTTPServer(("127.0.0.1", 0), Callback)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}/{path}"

    def next(self):
        """The next notification, once the sandbox has noted that it was acknowledged."""
        told = self.told.get(timeout=20)
        if isinstance(told, Exception):
            raise told
        self.count += 1
        for _ in range(200):
            made = [one for one in control("/deliveries")["made"] if one["url"].startswith(self.url(""))]
            if len(made) == self.count:
                assert made[-1]["acknowledged"], made[-1]
                return told
            time.sleep(0.05)
        raise AssertionError("no delivery was noted")


TOTAL_FEE = "<total_fee>"
REQ_INFO = "<req_info><![CDATA["
ACKNOWLEDGED = b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
