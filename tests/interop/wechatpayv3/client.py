"""wechatpayv3 (PyPI) against the sandbox: APIv3. It verifies responses and notifications by itself."""

import gzip
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sandbox import ENV, PAYER, PUBLIC_KEY, Shop, control, flow, refused, spoiled
from wechatpayv3 import WeChatPay, WeChatPayType


def client(private_key, notify_url):
    return WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=ENV["WXPAY_MCH_ID"],
        private_key=private_key,
        cert_serial_no=ENV["WXPAY_SERIAL_NO"],
        appid=ENV["WXPAY_APP_ID"],
        apiv3_key=ENV["WXPAY_V3_KEY"],
        notify_url=notify_url,
        proxy={"https": ENV["HTTPS_PROXY"]},
        public_key=Path(ENV["WXPAY_PUBLIC_KEY"]).read_text() if PUBLIC_KEY else None,
        public_key_id=ENV["WXPAY_PUBLIC_KEY_ID"] if PUBLIC_KEY else None,
    )


def done(answer, status=200):
    code, message = answer
    assert code == status, answer
    return json.loads(message) if message else None


def main():
    shop = Shop(told=lambda headers, body: read(headers, body))
    private_key = Path(ENV["WXPAY_PRIVATE_KEY"]).read_text()
    wxpay = client(private_key, shop.url("told"))

    def read(headers, body):
        assert not wxpay.callback(headers, spoiled(body)), "a notification that was changed is authentic"
        told = wxpay.callback(headers, body)
        assert told, "a notification is not authentic"
        return told["resource"]

    for kind, more, has in [
        (WeChatPayType.JSAPI, {"payer": {"openid": PAYER}}, "prepay_id"),
        (WeChatPayType.APP, {}, "prepay_id"),
        (WeChatPayType.H5, {"scene_info": {"payer_client_ip": "10.2.3.10", "h5_info": {"type": "Wap"}}}, "h5_url"),
        (WeChatPayType.NATIVE, {}, "code_url"),
    ]:
        with flow(f"order {kind.name}"):
            made = wxpay.pay("报销系统 & <测试>", f"PYV3-{kind.name}", {"total": 101, "currency": "CNY"}, pay_type=kind, **more)
            assert has in done(made), made
    with flow("query by merchant order number"):
        assert done(wxpay.query(out_trade_no="PYV3-JSAPI"))["trade_state"] == "NOTPAY"
    with flow("close"):
        done(wxpay.close("PYV3-APP"), 204)
        assert done(wxpay.query(out_trade_no="PYV3-APP"))["trade_state"] == "CLOSED"
    with flow("payment notification"):
        control("/orders/PYV3-NATIVE/pay", {})
        paid = shop.next()
        assert paid["out_trade_no"] == "PYV3-NATIVE" and paid["trade_state"] == "SUCCESS", paid
    with flow("query by WeChat Pay order number"):
        assert done(wxpay.query(transaction_id=paid["transaction_id"]))["amount"]["total"] == 101
    with flow("refund"):
        amount = {"refund": 100, "total": 101, "currency": "CNY"}
        refund = done(wxpay.refund("PYV3-R", amount, out_trade_no="PYV3-NATIVE", reason="退款 & <商品>"))
    with flow("refund notification"):
        told = shop.next()
        assert told["refund_id"] == refund["refund_id"] and told["refund_status"] == "SUCCESS", told
    with flow("refund query"):
        found = done(wxpay.query_refund("PYV3-R"))
        assert found["status"] == "SUCCESS" and found["amount"]["refund"] == 100, found
    with flow("trade bill"):
        bill = done(wxpay.trade_bill(ENV["BILL_DATE"]))
        code, packed = wxpay.download_bill(bill["download_url"])
        text = gzip.decompress(packed)
        assert hashlib.sha1(text).hexdigest() == bill["hash_value"] and ENV["BILL_ORDER"] in text.decode(), text
    with flow("a response with a wrong signature is refused"):
        control("/faults", {"api": "v3.pay.query_order_by_out_trade_no", "fault": "wrong_signature"})
        assert "verify" in refused(lambda: wxpay.query(out_trade_no="PYV3-NATIVE"))
    if PUBLIC_KEY:
        with flow("the sandbox refuses the signature of another key"):
            key = rsa.generate_private_key(65537, 2048)
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            done(client(pem.decode(), shop.url("told")).query(out_trade_no="PYV3-REFUSED"), 401)


main()
