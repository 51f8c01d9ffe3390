"""wechatpayv3 (PyPI) against the sandbox: APIv3. It verifies responses and notifications by itself, and encrypts names.

What it downloads it does not verify: a bill has a hash. It can't upload images for complaints: its header `Content-Type` has no
`boundary`, which pages 4012557233 and 4012557248 of WeChat Pay show in it.
"""

import gzip
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sandbox import ENV, PAYER, PUBLIC_KEY, Shop, control, flow, refused, spoiled, today
from wechatpayv3 import WeChatPay, WeChatPayType


def client(private_key, notify_url, partner_mode=False):
    return WeChatPay(
        partner_mode=partner_mode,
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
    partner = client(private_key, shop.url("told"), partner_mode=True)

    def read(headers, body):
        assert not wxpay.callback(headers, spoiled(body)), "a notification that was changed is authentic"
        told = wxpay.callback(headers, body)
        assert told, "a notification is not authentic"
        return told["resource"]

    orders(wxpay, shop)
    codes(wxpay)
    combined(wxpay, shop)
    refunds(wxpay, shop)
    bills(wxpay)
    complaints(wxpay, shop)
    sharing(wxpay, shop)
    of_sub_merchant(partner, shop)
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


def orders(wxpay, shop):
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


def codes(wxpay):
    with flow("payment by code"):
        payer = {"auth_code": control("/payment_codes", {})["auth_code"]}
        scene = {"device_ip": "10.2.3.10", "store_info": {"id": "1"}}
        paid = wxpay.pay("早餐", "PYV3-CODE", {"total": 101}, payer, scene_info=scene, pay_type=WeChatPayType.CODEPAY)
        assert done(paid)["trade_state"] == "SUCCESS", paid
    with flow("reverse"):
        done(wxpay.codepay_reverse("PYV3-CODE"))
        assert done(wxpay.query(out_trade_no="PYV3-CODE"))["trade_state"] == "REVOKED"


def combined(wxpay, shop):
    def parts(name):
        amount = {"total_amount": 50, "currency": "CNY"}
        part = {"mchid": ENV["WXPAY_MCH_ID"], "attach": "附加", "amount": amount, "description": "合单 & <1>"}
        return [{**part, "out_trade_no": f"PYV3-{name}-{n}"} for n in (1, 2)]

    with flow("combined order"):
        for name, kind, more in [
            ("M1", WeChatPayType.NATIVE, {}),
            ("M2", WeChatPayType.JSAPI, {"combine_payer_info": {"openid": PAYER}}),
        ]:
            done(wxpay.combine_pay(f"PYV3-{name}", parts(name), pay_type=kind, **more))
    with flow("notification of a combined order"):
        control("/orders/PYV3-M1/pay", {})
        told = shop.next()
        assert [one["trade_state"] for one in told["sub_orders"]] == ["SUCCESS", "SUCCESS"], told
    with flow("query of a combined order"):
        found = done(wxpay.combine_query("PYV3-M1"))
        assert [one["amount"]["total_amount"] for one in found["sub_orders"]] == [50, 50], found
    with flow("close of a combined order"):
        named = [{"mchid": one["mchid"], "out_trade_no": one["out_trade_no"]} for one in parts("M2")]
        done(wxpay.combine_close("PYV3-M2", named), 204)
        found = done(wxpay.combine_query("PYV3-M2"))
        assert [one["trade_state"] for one in found["sub_orders"]] == ["CLOSED", "CLOSED"], found


def refunds(wxpay, shop):
    with flow("refund"):
        amount = {"refund": 100, "total": 101, "currency": "CNY"}
        refund = done(wxpay.refund("PYV3-R", amount, out_trade_no="PYV3-NATIVE", reason="退款 & <商品>"))
    with flow("refund notification"):
        told = shop.next()
        assert told["refund_id"] == refund["refund_id"] and told["refund_status"] == "SUCCESS", told
    with flow("refund query"):
        found = done(wxpay.query_refund("PYV3-R"))
        assert found["status"] == "SUCCESS" and found["amount"]["refund"] == 100, found
    with flow("abnormal refund, with an encrypted card"):
        control("/refund_end", {"end": "abnormal"})
        amount = {"refund": 1, "total": 101, "currency": "CNY"}
        refund = done(wxpay.refund("PYV3-RA", amount, out_trade_no="PYV3-NATIVE"))["refund_id"]
        assert shop.next()["refund_status"] == "ABNORMAL"
        control("/refund_end", {"end": "success"})
        done(wxpay.abnormal_refund(refund, "PYV3-RA", "USER_BANK_CARD", "ICBC_DEBIT", "6222020200000000000", "张三"))
        assert shop.next()["refund_status"] == "SUCCESS"


def bills(wxpay):
    for name, apply in [("trade bill", wxpay.trade_bill), ("fund flow bill", wxpay.fundflow_bill)]:
        with flow(name):
            bill = done(apply(ENV["BILL_DATE"]))
            code, packed = wxpay.download_bill(bill["download_url"])
            text = gzip.decompress(packed)
            assert hashlib.sha1(text).hexdigest() == bill["hash_value"] and ENV["BILL_ORDER"] in text.decode(), text


def complaints(wxpay, shop):
    def told(action):
        notice = shop.next()
        assert (notice["complaint_id"], notice["action_type"]) == (complaint, action), notice

    def detail():
        return done(wxpay.complaint_detail_query(complaint))

    with flow("URL of complaint notifications"):
        done(wxpay.complaint_notification_create(shop.url("old")))
        assert done(wxpay.complaint_notification_update(shop.url("told")))["url"] == shop.url("told")
        assert done(wxpay.complaint_notification_query())["url"] == shop.url("told")
    with flow("complaint notification"):
        made = control("/orders/PYV3-NATIVE/complain", {"detail": "商品 <坏了> & 不退", "refund_fen": 1})
        complaint = made["complaint_id"]
        told("CREATE_COMPLAINT")
    with flow("list of complaints"):
        found = done(wxpay.complaint_list_query(ENV["BILL_DATE"], today(), limit=50))["data"]
        assert complaint in [one["complaint_id"] for one in found], found
    with flow("detail of a complaint, with an encrypted phone"):
        found = detail()
        assert found["complaint_state"] == "PENDING" and wxpay.decrypt(found["payer_phone"]) == "18500000000", found
    with flow("reply to a complaint"):
        done(wxpay.complaint_response(complaint, "已为您 <退款> & 致歉"), 204)
        told("MERCHANT_RESPONSE")
    with flow("history of a complaint"):
        history = done(wxpay.complaint_history_query(complaint))["data"]
        assert [one["operate_type"] for one in history] == ["USER_CREATE_COMPLAINT", "MERCHANT_RESPONSE"], history
    with flow("decision about the refund of a complaint"):
        done(wxpay.complaint_update_refund(complaint, "APPROVE", launch_refund_day=1), 204)
        told("MERCHANT_APPROVE_REFUND")
    with flow("complaint completed"):
        done(wxpay.complaint_complete(complaint), 204)
        told("MERCHANT_CONFIRM_COMPLETE")
        assert detail()["complaint_state"] == "PROCESSED"
        done(wxpay.complaint_notification_delete(), 204)


def sharing(wxpay, shop):
    staff = {"type": "PERSONAL_OPENID", "account": "o-PYV3", "name": "张三", "amount": 9, "description": "分给员工"}
    store = {"type": "MERCHANT_ID", "account": "1900000301", "name": "示例门店", "amount": 20, "description": "分给门店"}
    with flow("receivers of shared money, with encrypted names"):
        for receiver, relation in [(staff, "STAFF"), (store, "STORE")]:
            added = done(wxpay.profitsharing_add_receiver(receiver["type"], receiver["account"], relation, receiver["name"]))
            assert wxpay.decrypt(added["name"]) == receiver["name"], added
    with flow("money shared"):
        done(wxpay.pay("分账商品", "PYV3-SHARED", {"total": 101}, settle_info={"profit_sharing": True}))
        control("/orders/PYV3-SHARED/pay", {})
        order = shop.next()["transaction_id"]
        done(wxpay.profitsharing_order(order, "PYV3-S", [{**staff}, {**store}], False))
        shared = done(wxpay.profitsharing_order_query(order, "PYV3-S"))
        assert {one["result"] for one in shared["receivers"]} == {"SUCCESS"}, shared
        assert done(wxpay.profitsharing_amount_query(order))["unsplit_amount"] == 72
    with flow("shared money returned"):
        done(wxpay.profitsharing_return("PYV3-SR", store["account"], 5, "门店退回", out_order_no="PYV3-S"))
        found = done(wxpay.profitsharing_return_query("PYV3-S", "PYV3-SR"))
        assert found["result"] == "SUCCESS" and found["amount"] == 5, found
    with flow("notification of shared money"):
        own = ENV["WXPAY_MCH_ID"]
        done(wxpay.profitsharing_add_receiver("MERCHANT_ID", own, "HEADQUARTER", "示例商户"))
        control("/profit_sharing", {"notify_url": shop.url("told")})
        to_own = {"type": "MERCHANT_ID", "account": own, "name": "示例商户", "amount": 1, "description": "分给自己"}
        done(wxpay.profitsharing_order(order, "PYV3-SN", [to_own], False))
        told = shop.next()
        assert told["out_order_no"] == "PYV3-SN" and told["receiver"]["amount"] == 1, told
        control("/profit_sharing", {"notify_url": ""})
    with flow("rest released"):
        assert done(wxpay.profitsharing_unfreeze(order, "PYV3-SU", "解冻全部剩余资金"))["state"] in ("PROCESSING", "FINISHED")
        assert done(wxpay.profitsharing_amount_query(order))["unsplit_amount"] == 0
    with flow("receiver removed"):
        assert done(wxpay.profitsharing_delete_receiver(store["type"], store["account"]))["account"] == store["account"]


def of_sub_merchant(wxpay, shop):
    sub = {"sub_mchid": "1900001109"}
    with flow("order of a sub-merchant, with its notification and queries"):
        for number in ("PYV3-P1", "PYV3-P2"):
            done(wxpay.pay("子商户商品", number, {"total": 101}, **sub))
        control("/orders/PYV3-P1/pay", {})
        told = shop.next()
        assert told["sub_mchid"] == sub["sub_mchid"] and told["trade_state"] == "SUCCESS", told
        assert done(wxpay.query(transaction_id=told["transaction_id"], **sub))["out_trade_no"] == "PYV3-P1"
    with flow("refund of a sub-merchant, with its notification and query"):
        made = wxpay.refund("PYV3-PR", {"refund": 1, "total": 101, "currency": "CNY"}, out_trade_no="PYV3-P1", **sub)
        assert shop.next()["refund_id"] == done(made)["refund_id"]
        assert done(wxpay.query_refund("PYV3-PR", **sub))["status"] == "SUCCESS"
    with flow("close of a sub-merchant's order"):
        done(wxpay.close("PYV3-P2", **sub), 204)
        assert done(wxpay.query(out_trade_no="PYV3-P2", **sub))["trade_state"] == "CLOSED"


main()
