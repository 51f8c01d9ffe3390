"""wechatpayv3 (PyPI) at the same work: `peer.py FOLDER`, with the messages that `peers make FOLDER` wrote."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import build_authorization, load_private_key

BATCH = 0.2


def report(work, call):
    best = float("inf")
    for _ in range(10):
        start = time.process_time()
        calls = 0
        while time.process_time() - start < BATCH:
            call()
            calls += 1
        best = min(best, (time.process_time() - start) * 1e6 / calls)
    print(f"{work}\twechatpayv3 {version('wechatpayv3')} (Python)\t{best:.1f}")


def main():
    folder = Path(sys.argv[1])
    facts = json.loads((folder / "facts.json").read_text())
    pem = (folder / "merchant.pem").read_text()
    key = load_private_key(pem)
    order = {
        "appid": facts["appid"],
        "mchid": facts["mchid"],
        "description": "Image形象店-深圳腾大-QQ公仔",
        "out_trade_no": "1217752501201407033233368018",
        "notify_url": "https://www.weixin.qq.com/wxpay/pay.php",
        "amount": {"total": 100},
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    }
    report(
        "order: JSON → signed",
        lambda: build_authorization(
            "/v3/pay/transactions/jsapi", "POST", facts["mchid"], facts["serial"], key, data=order
        ),
    )

    client = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=facts["mchid"],
        private_key=pem,
        cert_serial_no=facts["serial"],
        appid=facts["appid"],
        apiv3_key=facts["api_key"],
        notify_url="https://www.weixin.qq.com/wxpay/pay.php",
        public_key=(folder / "platform.pem").read_text(),
        public_key_id=facts["platform_key_id"],
    )
    given = json.loads((folder / "notification.json").read_text())
    headers = {name.title(): value for name, value in given["headers"]}

    def notification():
        assert client.callback(headers, given["body"]), "the notification is refused"

    report("notification: verify → decrypt → typed", notification)


main()
