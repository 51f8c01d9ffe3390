"""wechatpy (PyPI) against the sandbox: APIv2. It verifies notifications by itself, and a response when `check_signature` is asked.

It knows `HMAC-SHA256` for requests only, so everything here is MD5, except for the fund flow bill, which WeChat Pay gives to no
other digest. Bills have no signature.
"""

from sandbox import ENV, PAYER, Shop, control, flow, refused, spoiled
from wechatpy.pay import WeChatPay


def main():
    wxpay = WeChatPay(
        appid=ENV["WXPAY_APP_ID"],
        api_key=ENV["WXPAY_V2_KEY"],
        mch_id=ENV["WXPAY_MCH_ID"],
        mch_cert=ENV["WXPAY_CERTIFICATE"],
        mch_key=ENV["WXPAY_PRIVATE_KEY"],
        timeout=30,
    )

    def paid(_, body):
        refused(wxpay.parse_payment_result, spoiled(body))
        return wxpay.parse_payment_result(body)

    def verified(result):
        assert wxpay.check_signature(result), result
        return result

    def refunded(_, body):
        refused(wxpay.parse_refund_notify_result, spoiled(body))
        return wxpay.parse_refund_notify_result(body)

    shop = Shop(paid=paid, refunded=refunded)
    for kind, more, has in [
        ("JSAPI", {"user_id": PAYER}, "prepay_id"),
        ("APP", {}, "prepay_id"),
        ("MWEB", {"scene_info": {"h5_info": {"type": "Wap", "wap_url": "https://shop.example", "wap_name": "店"}}}, "mweb_url"),
        ("NATIVE", {"product_id": "P1"}, "code_url"),
    ]:
        with flow(f"order {kind}"):
            made = wxpay.order.create(
                kind, "商品 <1> & 2", 102, shop.url("paid"), "10.2.3.10", out_trade_no=f"PYV2-{kind}", attach="附加 & 数据", **more
            )
            assert has in verified(made), made
    with flow("query by merchant order number"):
        assert verified(wxpay.order.query(out_trade_no="PYV2-JSAPI"))["trade_state"] == "NOTPAY"
    with flow("close"):
        verified(wxpay.order.close("PYV2-APP"))
        assert verified(wxpay.order.query(out_trade_no="PYV2-APP"))["trade_state"] == "CLOSED"
    with flow("payment notification"):
        control("/orders/PYV2-NATIVE/pay", {})
        told = shop.next()
        assert told["out_trade_no"] == "PYV2-NATIVE" and told["total_fee"] == 102, told
    with flow("query by WeChat Pay order number"):
        found = verified(wxpay.order.query(transaction_id=told["transaction_id"]))
        assert found["trade_state"] == "SUCCESS" and found["total_fee"] == "102", found
    with flow("refund"):
        refund = verified(
            wxpay.refund.apply(
                102, 100, "PYV2-R", out_trade_no="PYV2-NATIVE", refund_desc="退款 & <商品>", notify_url=shop.url("refunded")
            )
        )
    with flow("refund notification"):
        told = shop.next()
        assert told["refund_id"] == refund["refund_id"] and told["refund_status"] == "SUCCESS", told
    with flow("refund query"):
        found = verified(wxpay.refund.query(out_refund_no="PYV2-R"))
        assert found["refund_status_0"] == "SUCCESS" and found["refund_fee_0"] == "100", found
    with flow("payment by code"):
        code = control("/payment_codes", {})["auth_code"]
        charged = verified(wxpay.micropay.create("早餐 & <1>", 102, code, "10.2.3.10", out_trade_no="PYV2-CODE"))
        found = verified(wxpay.micropay.query(transaction_id=charged["transaction_id"]))
        assert found["trade_state"] == "SUCCESS" and found["trade_type"] == "MICROPAY", found
    with flow("reverse"):
        assert verified(wxpay.order.reverse(out_trade_no="PYV2-CODE"))["recall"] == "N"
        assert verified(wxpay.order.query(out_trade_no="PYV2-CODE"))["trade_state"] == "REVOKED"
    for name, download in [("trade bill", wxpay.tools.download_bill), ("fund flow bill", wxpay.tools.download_fundflow)]:
        with flow(name):
            text = download(ENV["BILL_DATE"].replace("-", ""))
            assert ENV["BILL_ORDER"] in text, text
    with flow("a bill that is not there"):
        assert "No Bill Exist" in refused(wxpay.tools.download_bill, ENV["EMPTY_DATE"].replace("-", ""))
    with flow("a response with a wrong signature is refused"):
        control("/faults", {"api": "v2.pay.query_order", "fault": "wrong_signature"})
        assert not wxpay.check_signature(wxpay.order.query(out_trade_no="PYV2-NATIVE"))


main()
