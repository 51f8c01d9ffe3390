// APIv3.
package main

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-pay/gopay"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

func flowsV3(shop *shop, client *v3.ClientV3) {
	order := func(kind string) gopay.BodyMap {
		return gopay.BodyMap{
			"appid": env("APP_ID"), "description": "腾讯公仔 & <1>", "out_trade_no": "GOPAY3-" + kind, "notify_url": shop.url("v3"),
			"amount": map[string]any{"total": 105},
		}
	}
	flow("V3 order JSAPI", func() {
		made := must(client.V3TransactionJsapi(ctx, order("JSAPI").Set("payer", map[string]any{"openid": payer})))
		check(made.Code == v3.Success && made.Response.PrepayId != "", "order", made)
	})
	flow("V3 order App", func() {
		made := must(client.V3TransactionApp(ctx, order("App")))
		check(made.Code == v3.Success && made.Response.PrepayId != "", "order", made)
	})
	flow("V3 order H5", func() {
		scene := map[string]any{"payer_client_ip": "10.2.3.10", "h5_info": map[string]any{"type": "Wap"}}
		made := must(client.V3TransactionH5(ctx, order("H5").Set("scene_info", scene)))
		check(made.Code == v3.Success && made.Response.H5Url != "", "order", made)
	})
	flow("V3 order Native", func() {
		made := must(client.V3TransactionNative(ctx, order("Native")))
		check(made.Code == v3.Success && made.Response.CodeUrl != "", "order", made)
	})
	flow("V3 query by merchant order number", func() {
		found := must(client.V3TransactionQueryOrder(ctx, v3.OutTradeNo, "GOPAY3-JSAPI"))
		check(found.Code == v3.Success && found.Response.TradeState == "NOTPAY", "query", found)
	})
	flow("V3 close", func() {
		closed := must(client.V3TransactionCloseOrder(ctx, "GOPAY3-App"))
		check(closed.Code == v3.Success, "close", closed)
		found := must(client.V3TransactionQueryOrder(ctx, v3.OutTradeNo, "GOPAY3-App"))
		check(found.Code == v3.Success && found.Response.TradeState == "CLOSED", "query", found)
	})
	var paid *v3.V3DecryptPayResult
	flow("V3 payment notification", func() {
		control("/orders/GOPAY3-Native/pay", map[string]any{})
		paid = shop.next()["told"].(*v3.V3DecryptPayResult)
		check(paid.OutTradeNo == "GOPAY3-Native" && paid.TradeState == "SUCCESS", "notification", paid)
	})
	flow("V3 query by WeChat Pay order number", func() {
		found := must(client.V3TransactionQueryOrder(ctx, v3.TransactionId, paid.TransactionId))
		check(found.Code == v3.Success && found.Response.Amount.Total == 105, "query", found)
	})
	var refundId string
	flow("V3 refund", func() {
		refund := must(client.V3Refund(ctx, gopay.BodyMap{
			"out_trade_no": "GOPAY3-Native", "out_refund_no": "GOPAY3-R", "reason": "退款 & <商品>", "notify_url": shop.url("v3"),
			"amount": map[string]any{"refund": 100, "total": 105, "currency": "CNY"},
		}))
		check(refund.Code == v3.Success, "refund", refund)
		refundId = refund.Response.RefundId
	})
	flow("V3 refund notification", func() {
		told := shop.next()["told"].(*v3.V3DecryptRefundResult)
		check(told.RefundId == refundId && told.RefundStatus == "SUCCESS", "notification", told)
	})
	flow("V3 refund query", func() {
		found := must(client.V3RefundQuery(ctx, "GOPAY3-R", nil))
		check(found.Code == v3.Success && found.Response.Status == "SUCCESS" && found.Response.Amount.Refund == 100, "query", found)
	})
	flow("V3 abnormal refund, with an encrypted card", func() {
		ended := func() string { return shop.next()["told"].(*v3.V3DecryptRefundResult).RefundStatus }
		control("/refund_end", map[string]any{"end": "abnormal"})
		refund := must(client.V3Refund(ctx, gopay.BodyMap{
			"out_trade_no": "GOPAY3-Native", "out_refund_no": "GOPAY3-RA", "notify_url": shop.url("v3"),
			"amount": map[string]any{"refund": 1, "total": 105, "currency": "CNY"},
		}))
		check(refund.Code == v3.Success && ended() == "ABNORMAL", "refund", refund)
		control("/refund_end", map[string]any{"end": "success"})
		redirected := must(client.V3AbnormalRefund(ctx, refund.Response.RefundId, gopay.BodyMap{
			"out_refund_no": "GOPAY3-RA", "type": "USER_BANK_CARD", "bank_type": "ICBC_DEBIT",
			"bank_account": must(client.V3EncryptText("6222020200000000000")), "real_name": must(client.V3EncryptText("张三")),
		}))
		check(redirected.Code == v3.Success && ended() == "SUCCESS", "abnormal refund", redirected)
	})
	for _, one := range []struct {
		name  string
		apply func(context.Context, gopay.BodyMap) (*v3.BillRsp, error)
	}{{"trade bill", client.V3BillTradeBill}, {"fund flow bill", client.V3BillFundFlowBill}} {
		flow("V3 "+one.name, func() {
			bill := must(one.apply(ctx, gopay.BodyMap{"bill_date": os.Getenv("BILL_DATE")}))
			check(bill.Code == v3.Success, "bill", bill)
			text := must(client.V3BillDownLoadBill(ctx, bill.Response.DownloadUrl))
			check(fmt.Sprintf("%x", sha1.Sum(text)) == bill.Response.HashValue, "hash", bill)
			check(strings.Contains(string(text), os.Getenv("BILL_ORDER")), "bill", string(text))
		})
	}
	flow("V3 a response with a wrong signature is refused", func() {
		control("/faults", map[string]any{"api": "v3.pay.query_order_by_out_trade_no", "fault": "wrong_signature"})
		_, err := client.V3TransactionQueryOrder(ctx, v3.OutTradeNo, "GOPAY3-Native")
		check(errors.Is(err, gopay.VerifySignatureErr), "a wrong signature", err)
	})
}
