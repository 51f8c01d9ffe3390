// github.com/go-pay/gopay against the sandbox: APIv2 with both digests and APIv3. It verifies responses of APIv3 by itself, and
// notifications and responses of APIv2 with its functions for signatures.
package main

import (
	"context"
	"crypto/sha1"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/pkg/xhttp"
	"github.com/go-pay/gopay/wechat"
	v3 "github.com/go-pay/gopay/wechat/v3"
	"github.com/go-pay/util"
)

var ctx = context.Background()

func main() {
	v3client := newV3()
	shop := openShop(map[string]reader{
		"md5":  readV2(wechat.SignType_MD5),
		"hmac": readV2(wechat.SignType_HMAC_SHA256),
		"refunded": func(request *http.Request) (map[string]any, error) {
			notice, err := wechat.ParseRefundNotify(request)
			if err != nil {
				return nil, err
			}
			told, err := wechat.DecryptRefundNotifyReqInfo(notice.ReqInfo, env("V2_KEY"))
			return map[string]any{"refund": told}, err
		},
		"v3": func(request *http.Request) (map[string]any, error) {
			notice, err := v3.V3ParseNotify(request)
			if err != nil {
				return nil, err
			}
			if err := notice.VerifySignByPKMap(v3client.WxPublicKeyMap()); err != nil {
				return nil, err
			}
			if strings.HasPrefix(notice.EventType, "REFUND.") {
				told, err := notice.DecryptRefundCipherText(env("V3_KEY"))
				return map[string]any{"refund": told}, err
			}
			told, err := notice.DecryptPayCipherText(env("V3_KEY"))
			return map[string]any{"payment": told}, err
		},
	})
	flowsV2(shop, "md5", wechat.SignType_MD5)
	flowsV2(shop, "hmac", wechat.SignType_HMAC_SHA256)
	flowsV3(shop, v3client)
}

// Its own HTTP client accepts any certificate; this one goes by the system's authorities.
func strict() *xhttp.Client { return xhttp.NewClient().SetHttpTLSConfig(&tls.Config{}) }

func newV3() *v3.ClientV3 {
	key := string(must(os.ReadFile(env("PRIVATE_KEY"))))
	client := must(v3.NewClientV3(env("MCH_ID"), env("SERIAL_NO"), env("V3_KEY"), key))
	client.SetHttpClient(strict())
	if isPublicKey() {
		must(0, client.AutoVerifySignByCert(must(os.ReadFile(env("PUBLIC_KEY"))), env("PUBLIC_KEY_ID")))
	} else {
		must(0, client.AutoVerifySign())
	}
	return client
}

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
	client := wechat.NewClient(env("APP_ID"), env("MCH_ID"), env("V2_KEY"), true)
	client.SetHttpClient(strict())
	// With the client certificate it accepts any certificate of the server.
	must(0, client.AddCertPkcs12FilePath(env("P12")))
	number := func(of string) string { return "GOPAY-" + name + "-" + of }
	request := func() gopay.BodyMap {
		return gopay.BodyMap{"nonce_str": util.RandomString(32), "sign_type": signType}
	}
	isSigned := func(response any) bool { return must(wechat.VerifySign(env("V2_KEY"), signType, response)) }
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
	line("a response with a wrong signature is refused", func() {
		control("/faults", map[string]any{"api": "v2.pay.query_order", "fault": "wrong_signature"})
		_, found, err := client.QueryOrder(ctx, request().Set("out_trade_no", number("NATIVE")))
		check(err == nil && !isSigned(found), "a wrong signature", found, err)
	})
}

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
		paid = shop.next()["payment"].(*v3.V3DecryptPayResult)
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
		told := shop.next()["refund"].(*v3.V3DecryptRefundResult)
		check(told.RefundId == refundId && told.RefundStatus == "SUCCESS", "notification", told)
	})
	flow("V3 refund query", func() {
		found := must(client.V3RefundQuery(ctx, "GOPAY3-R", nil))
		check(found.Code == v3.Success && found.Response.Status == "SUCCESS" && found.Response.Amount.Refund == 100, "query", found)
	})
	flow("V3 trade bill", func() {
		bill := must(client.V3BillTradeBill(ctx, gopay.BodyMap{"bill_date": os.Getenv("BILL_DATE")}))
		check(bill.Code == v3.Success, "bill", bill)
		text := must(client.V3BillDownLoadBill(ctx, bill.Response.DownloadUrl))
		check(fmt.Sprintf("%x", sha1.Sum(text)) == bill.Response.HashValue, "hash", bill)
		check(strings.Contains(string(text), os.Getenv("BILL_ORDER")), "bill", string(text))
	})
	flow("V3 a response with a wrong signature is refused", func() {
		control("/faults", map[string]any{"api": "v3.pay.query_order_by_out_trade_no", "fault": "wrong_signature"})
		_, err := client.V3TransactionQueryOrder(ctx, v3.OutTradeNo, "GOPAY3-Native")
		check(errors.Is(err, gopay.VerifySignatureErr), "a wrong signature", err)
	})
}
