"""wechatpayv3 (PyPI) against the sandbox: orders of APIv3, made, paid, told, queried and closed."""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from wechatpayv3 import WeChatPay, WeChatPayType

ENV = os.environ
PUBLIC_KEY = ENV["TRUST"] == "public-key"


def control(path, body=None):
    request = urllib.request.Request(ENV["WXPAY_SANDBOX_CONTROL"] + "/v1" + path)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def client(private_key, notify_url):
    return WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=ENV["WXPAY_MCH_ID"],
        private_key=private_key,
        cert_serial_no=ENV["WXPAY_SERIAL_NO"],
        appid=ENV["WXPAY_APP_ID"],
        apiv3_key=ENV["WXPAY_V3_KEY"],
        notify_url=notify_url,
        proxy={"https": ENV["PROXY"]},
        public_key=Path(ENV["WXPAY_PUBLIC_KEY"]).read_text() if PUBLIC_KEY else None,
        public_key_id=ENV["WXPAY_PUBLIC_KEY_ID"] if PUBLIC_KEY else None,
    )


class Callback(BaseHTTPRequestHandler):
    """A merchant's server: it hands what it is told to the client."""

    told = []
    came = threading.Event()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = Callback.wxpay.callback(dict(self.headers), body)
        Callback.told.append(told)
        self.send_response(204 if told else 400)
        self.end_headers()
        Callback.came.set()

    def log_message(self, *_):
        pass


def last_check():
    request = control("/requests?limit=100000")["requests"][-1]
    return request["signatures"][-1]


def deliveries():
    """Those that were made: the sandbox notes one once it has read the answer."""
    for _ in range(200):
        made = control("/deliveries")["made"]
        if made:
            return made
        time.sleep(0.05)
    raise AssertionError("no delivery was noted")


def main():
    server = HTTPServer(("127.0.0.1", 0), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    notify_url = f"http://127.0.0.1:{server.server_port}/notify"
    private_key = Path(ENV["WXPAY_PRIVATE_KEY"]).read_text()
    wxpay = Callback.wxpay = client(private_key, notify_url)

    code, message = wxpay.pay("报销系统 & <测试>", "PYTHON-1", {"total": 101, "currency": "CNY"})
    assert code == 200 and "code_url" in json.loads(message), (code, message)
    assert last_check()["held"]
    code, message = wxpay.query(out_trade_no="PYTHON-1")
    assert code == 200 and json.loads(message)["trade_state"] == "NOTPAY", (code, message)

    control("/orders/PYTHON-1/pay", {})
    assert Callback.came.wait(20), "no notice came"
    resource = Callback.told[0]["resource"]
    assert resource["out_trade_no"] == "PYTHON-1" and resource["trade_state"] == "SUCCESS", resource
    made = deliveries()
    assert made[-1]["acknowledged"], made
    code, message = wxpay.query(transaction_id=resource["transaction_id"])
    assert code == 200 and json.loads(message)["amount"]["total"] == 101, (code, message)

    code, message = wxpay.pay("第二单", "PYTHON-2", {"total": 1})
    assert code == 200, (code, message)
    code, message = wxpay.close("PYTHON-2")
    assert code == 204, (code, message)
    orders = {order["out_trade_no"]: order["trade_state"] for order in control("/orders")["orders"]}
    assert orders == {"PYTHON-1": "SUCCESS", "PYTHON-2": "CLOSED"}, orders

    # Each side refuses what is not the other's.
    control("/faults", {"api": "v3.pay.query_order_by_out_trade_no", "fault": "wrong_signature"})
    try:
        wxpay.query(out_trade_no="PYTHON-1")
        raise AssertionError("a wrong signature was taken for a right one")
    except Exception as error:
        assert "verify" in str(error), error
    stranger = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    if PUBLIC_KEY:
        code, message = client(stranger.decode(), notify_url).query(out_trade_no="PYTHON-1")
        assert code == 401, (code, message)
        check = last_check()
        assert not check["held"] and check["causes"][0]["code"] == "other_private_key", check
    print("wechatpayv3: orders made, paid, told, queried and closed; both sides verified")


main()
