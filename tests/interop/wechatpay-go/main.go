// github.com/wechatpay-apiv3/wechatpay-go, the official client, against the sandbox: APIv3. It verifies responses and
// notifications by itself, and encrypts and decrypts names. For payment codes, combined orders, bills and complaints it
// has no services: their requests are made with its core.
package main

import (
	"context"
	"crypto/sha1"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/app"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/h5"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/jsapi"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

func main() {
	ctx := context.Background()
	client, verifier := newClient(ctx)
	handler := must(notify.NewRSANotifyHandler(env("V3_KEY"), verifier))
	shop := openShop(map[string]reader{"told": func(request *http.Request) (map[string]any, error) {
		told := map[string]any{}
		_, err := handler.ParseNotifyRequest(ctx, request, &told)
		return told, err
	}})

	appid, mchid := core.String(env("APP_ID")), core.String(env("MCH_ID"))
	number := func(name string) *string { return core.String("WPGO-" + name) }
	description, url := core.String("腾讯公仔 & <1>"), core.String(shop.url("told"))
	jsapis := jsapi.JsapiApiService{Client: client}
	apps := app.AppApiService{Client: client}
	natives := native.NativeApiService{Client: client}
	refunds := refunddomestic.RefundsApiService{Client: client}

	flow("order JSAPI", func() {
		made, _, err := jsapis.Prepay(ctx, jsapi.PrepayRequest{
			Appid: appid, Mchid: mchid, Description: description, OutTradeNo: number("JSAPI"), NotifyUrl: url,
			Amount: &jsapi.Amount{Total: core.Int64(104)}, Payer: &jsapi.Payer{Openid: core.String(payer)},
		})
		check(err == nil && *made.PrepayId != "", "JSAPI", made, err)
	})
	flow("order App", func() {
		made, _, err := apps.Prepay(ctx, app.PrepayRequest{
			Appid: appid, Mchid: mchid, Description: description, OutTradeNo: number("App"), NotifyUrl: url,
			Amount: &app.Amount{Total: core.Int64(104)},
		})
		check(err == nil && *made.PrepayId != "", "App", made, err)
	})
	flow("order H5", func() {
		service := h5.H5ApiService{Client: client}
		made, _, err := service.Prepay(ctx, h5.PrepayRequest{
			Appid: appid, Mchid: mchid, Description: description, OutTradeNo: number("H5"), NotifyUrl: url,
			Amount:    &h5.Amount{Total: core.Int64(104)},
			SceneInfo: &h5.SceneInfo{PayerClientIp: core.String("10.2.3.10"), H5Info: &h5.H5Info{Type: core.String("Wap")}},
		})
		check(err == nil && *made.H5Url != "", "H5", made, err)
	})
	flow("order Native", func() {
		made, _, err := natives.Prepay(ctx, native.PrepayRequest{
			Appid: appid, Mchid: mchid, Description: description, OutTradeNo: number("Native"), NotifyUrl: url,
			Amount: &native.Amount{Total: core.Int64(104)},
		})
		check(err == nil && *made.CodeUrl != "", "Native", made, err)
	})
	flow("query by merchant order number", func() {
		found, _, err := jsapis.QueryOrderByOutTradeNo(ctx, jsapi.QueryOrderByOutTradeNoRequest{OutTradeNo: number("JSAPI"), Mchid: mchid})
		check(err == nil && *found.TradeState == "NOTPAY", "query", found, err)
	})
	flow("close", func() {
		_, err := apps.CloseOrder(ctx, app.CloseOrderRequest{OutTradeNo: number("App"), Mchid: mchid})
		check(err == nil, "close", err)
		found, _, err := apps.QueryOrderByOutTradeNo(ctx, app.QueryOrderByOutTradeNoRequest{OutTradeNo: number("App"), Mchid: mchid})
		check(err == nil && *found.TradeState == "CLOSED", "query", found, err)
	})
	var paid map[string]any
	flow("payment notification", func() {
		control("/orders/WPGO-Native/pay", map[string]any{})
		paid = shop.next()
		check(paid["out_trade_no"] == "WPGO-Native" && paid["trade_state"] == "SUCCESS", "notification", paid)
	})
	flow("query by WeChat Pay order number", func() {
		id := core.String(paid["transaction_id"].(string))
		found, _, err := natives.QueryOrderById(ctx, native.QueryOrderByIdRequest{TransactionId: id, Mchid: mchid})
		check(err == nil && *found.Amount.Total == 104, "query", found, err)
	})
	var refund *refunddomestic.Refund
	flow("refund", func() {
		var err error
		refund, _, err = refunds.Create(ctx, refunddomestic.CreateRequest{
			OutTradeNo: number("Native"), OutRefundNo: number("R"), Reason: core.String("退款 & <商品>"), NotifyUrl: url,
			Amount: &refunddomestic.AmountReq{Refund: core.Int64(100), Total: core.Int64(104), Currency: core.String("CNY")},
		})
		check(err == nil, "refund", err)
	})
	flow("refund notification", func() {
		told := shop.next()
		check(told["refund_id"] == *refund.RefundId && told["refund_status"] == "SUCCESS", "notification", told)
	})
	flow("refund query", func() {
		found, _, err := refunds.QueryByOutRefundNo(ctx, refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: number("R")})
		check(err == nil && *found.Status == "SUCCESS" && *found.Amount.Refund == 100, "query", found, err)
	})
	codes(ctx, client)
	ofSubMerchant(ctx, shop, client)
	combined(ctx, shop, client)
	for _, kind := range []string{"trade", "fundflow"} {
		flow(kind+" bill", func() {
			bill := get[map[string]string](ctx, client, "/v3/bill/"+kind+"bill?bill_date="+os.Getenv("BILL_DATE"))
			text := file(ctx, client, bill["download_url"])
			check(fmt.Sprintf("%x", sha1.Sum(text)) == bill["hash_value"], "hash", bill)
			check(strings.Contains(string(text), os.Getenv("BILL_ORDER")), "bill", string(text))
		})
	}
	complaints(ctx, shop, client)
	sharing(ctx, shop, client)
	batch(ctx, client)
	flow("a response with a wrong signature is refused", func() {
		control("/faults", map[string]any{"api": "v3.pay.query_order_by_out_trade_no", "fault": "wrong_signature"})
		_, _, err := jsapis.QueryOrderByOutTradeNo(ctx, jsapi.QueryOrderByOutTradeNoRequest{OutTradeNo: number("Native"), Mchid: mchid})
		check(err != nil && strings.Contains(err.Error(), "verify"), "a wrong signature", err)
	})
}

// The client of the mode, and what verifies notifications in it.
func newClient(ctx context.Context) (*core.Client, auth.Verifier) {
	mchid, serial := env("MCH_ID"), env("SERIAL_NO")
	key := must(utils.LoadPrivateKeyWithPath(env("PRIVATE_KEY")))
	if isPublicKey() {
		id, public := env("PUBLIC_KEY_ID"), must(utils.LoadPublicKeyWithPath(env("PUBLIC_KEY")))
		client := must(core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(mchid, serial, key, id, public)))
		return client, verifiers.NewSHA256WithRSAPubkeyVerifier(id, *public)
	}
	client := must(core.NewClient(ctx, option.WithWechatPayAutoAuthCipher(mchid, serial, key, env("V3_KEY"))))
	return client, verifiers.NewSHA256WithRSAVerifier(downloader.MgrInstance().GetCertificateVisitor(mchid))
}
