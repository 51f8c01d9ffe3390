// APIv2.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/wechat"
	"github.com/go-pay/util"
)

func newV2() *wechat.Client {
	client := wechat.NewClient(env("APP_ID"), env("MCH_ID"), env("V2_KEY"), true)
	client.SetHttpClient(strict())
	// With the client certificate it accepts any certificate of the server.
	must(0, client.AddCertPkcs12FilePath(env("P12")))
	return client
}

func requestV2(signType string) gopay.BodyMap {
	return gopay.BodyMap{"nonce_str": util.RandomString(32), "sign_type": signType}
}

func isSignedV2(signType string, response any) bool {
	return must(wechat.VerifySign(env("V2_KEY"), signType, response))
}

// compact is a date as APIv2 has it.
func compact(name string) string { return strings.ReplaceAll(os.Getenv(name), "-", "") }

func readV2(signType string) reader {
	return func(request *http.Request) (map[string]any, error) {
		notice, err := wechat.ParseNotifyToBodyMap(request)
		if err != nil {
			return nil, err
		}
		held, err := wechat.VerifySign(env("V2_KEY"), signType, notice)
		if err == nil && !held {
			err = errors.New("the signature does not match")
		}
		return notice, err
	}
}

func flowsV2(shop *shop, name, signType string) {
	client := newV2()
	number := func(of string) string { return "GOPAY-" + name + "-" + of }
	request := func() gopay.BodyMap { return requestV2(signType) }
	isSigned := func(response any) bool { return isSignedV2(signType, response) }
	query := func(field, number string) gopay.BodyMap {
		_, found, err := client.QueryOrder(ctx, request().Set(field, number))
		check(err == nil && isSigned(found), "query", found, err)
		return found
	}
	line := func(of string, steps func()) { flow(fmt.Sprintf("V2 %s (%s)", of, signType), steps) }
	for _, kind := range []string{"JSAPI", "APP", "MWEB", "NATIVE"} {
		line("order "+kind, func() {
			made, err := client.UnifiedOrder(ctx, request().Set("body", "商品 <1> & 2").Set("out_trade_no", number(kind)).
				Set("total_fee", 102).Set("spbill_create_ip", "10.2.3.10").Set("notify_url", shop.url(name)).
				Set("trade_type", kind).Set("openid", payer).Set("product_id", "P1").Set("scene_info", `{"h5_info":{"type":"Wap"}}`))
			check(err == nil && isSigned(made) && made.PrepayId != "", "order", made, err)
		})
	}
	line("query by merchant order number", func() {
		check(query("out_trade_no", number("JSAPI"))["trade_state"] == "NOTPAY", "query")
	})
	line("close", func() {
		closed, err := client.CloseOrder(ctx, request().Set("out_trade_no", number("APP")))
		check(err == nil && isSigned(closed) && closed.ResultCode == "SUCCESS", "close", closed, err)
		check(query("out_trade_no", number("APP"))["trade_state"] == "CLOSED", "query")
	})
	var paid map[string]any
	line("payment notification", func() {
		control("/orders/"+number("NATIVE")+"/pay", map[string]any{})
		paid = shop.next()
		check(paid["out_trade_no"] == number("NATIVE"), "notification", paid)
	})
	line("query by WeChat Pay order number", func() {
		found := query("transaction_id", paid["transaction_id"].(string))
		check(found["trade_state"] == "SUCCESS" && found["total_fee"] == "102", "query", found)
	})
	var refund *wechat.RefundResponse
	line("refund", func() {
		made, all, err := client.Refund(ctx, request().Set("out_trade_no", number("NATIVE")).Set("out_refund_no", number("R")).
			Set("total_fee", 102).Set("refund_fee", 100).Set("refund_desc", "退款 & <商品>").Set("notify_url", shop.url("refunded")))
		check(err == nil && isSigned(all) && made.ResultCode == "SUCCESS", "refund", made, err)
		refund = made
	})
	line("refund notification", func() {
		told := shop.next()["refund"].(*wechat.RefundNotify)
		check(told.RefundId == refund.RefundId && told.RefundStatus == "SUCCESS", "notification", told)
	})
	line("refund query", func() {
		_, found, err := client.QueryRefund(ctx, request().Set("out_refund_no", number("R")))
		check(err == nil && isSigned(found), "query", found, err)
		check(found["refund_status_0"] == "SUCCESS" && found["refund_fee_0"] == "100", "query", found)
	})
	line("payment by code", func() {
		code := control("/payment_codes", map[string]any{})["auth_code"]
		charged, err := client.Micropay(ctx, request().Set("body", "早餐 & <1>").Set("out_trade_no", number("CODE")).
			Set("total_fee", 102).Set("spbill_create_ip", "10.2.3.10").Set("auth_code", code))
		check(err == nil && isSigned(charged) && charged.TradeType == "MICROPAY", "payment by code", charged, err)
	})
	line("reverse", func() {
		reversed, err := client.Reverse(ctx, request().Set("out_trade_no", number("CODE")))
		check(err == nil && isSigned(reversed) && reversed.Recall == "N", "reverse", reversed, err)
		check(query("out_trade_no", number("CODE"))["trade_state"] == "REVOKED", "query")
	})
	// Bills have no signature.
	line("trade bill", func() {
		bill := must(client.DownloadBill(ctx, request().Set("bill_date", compact("BILL_DATE")).Set("bill_type", "ALL")))
		check(strings.Contains(bill, os.Getenv("BILL_ORDER")), "bill", bill)
		none := must(client.DownloadBill(ctx, request().Set("bill_date", compact("EMPTY_DATE")).Set("bill_type", "ALL")))
		check(strings.Contains(none, "No Bill Exist"), "bill", none)
	})
	if signType == wechat.SignType_HMAC_SHA256 {
		line("fund flow bill", func() {
			bill := must(client.DownloadFundFlow(ctx, request().Set("bill_date", compact("BILL_DATE")).Set("account_type", "Basic")))
			check(strings.Contains(bill, os.Getenv("BILL_ORDER")), "bill", bill)
		})
	}
	line("a response with a wrong signature is refused", func() {
		control("/faults", map[string]any{"api": "v2.pay.query_order", "fault": "wrong_signature"})
		_, found, err := client.QueryOrder(ctx, request().Set("out_trade_no", number("NATIVE")))
		check(err == nil && !isSigned(found), "a wrong signature", found, err)
	})
}
