// What a service provider does for its sub-merchant.
package main

import (
	"context"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnerpayments/native"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"
)

func ofSubMerchant(ctx context.Context, shop *shop, client *core.Client) {
	natives := native.NativeApiService{Client: client}
	refunds := refunddomestic.RefundsApiService{Client: client}
	mchid, sub, url := core.String(env("MCH_ID")), core.String("1900001109"), core.String(shop.url("told"))
	state := func(number string) string {
		found, _, err := natives.QueryOrderByOutTradeNo(ctx, native.QueryOrderByOutTradeNoRequest{
			OutTradeNo: core.String(number), SpMchid: mchid, SubMchid: sub,
		})
		check(err == nil, "query", err)
		return *found.TradeState
	}
	flow("order of a sub-merchant, with its notification and query", func() {
		for _, number := range []string{"WPGO-P1", "WPGO-P2"} {
			_, _, err := natives.Prepay(ctx, native.PrepayRequest{
				SpAppid: core.String(env("APP_ID")), SpMchid: mchid, SubMchid: sub, Description: core.String("子商户商品"),
				OutTradeNo: core.String(number), NotifyUrl: url, Amount: &native.Amount{Total: core.Int64(104)},
			})
			check(err == nil, "order", err)
		}
		control("/orders/WPGO-P1/pay", map[string]any{})
		told := shop.next()
		check(told["sub_mchid"] == *sub && state("WPGO-P1") == "SUCCESS", "notification", told)
	})
	flow("refund of a sub-merchant, with its notification and query", func() {
		made, _, err := refunds.Create(ctx, refunddomestic.CreateRequest{
			SubMchid: sub, OutTradeNo: core.String("WPGO-P1"), OutRefundNo: core.String("WPGO-PR"), NotifyUrl: url,
			Amount: &refunddomestic.AmountReq{Refund: core.Int64(1), Total: core.Int64(104), Currency: core.String("CNY")},
		})
		check(err == nil && shop.next()["refund_id"] == *made.RefundId, "refund", err)
		found, _, err := refunds.QueryByOutRefundNo(ctx, refunddomestic.QueryByOutRefundNoRequest{
			OutRefundNo: core.String("WPGO-PR"), SubMchid: sub,
		})
		check(err == nil && *found.Status == refunddomestic.STATUS_SUCCESS, "query", found, err)
	})
	flow("close of a sub-merchant's order", func() {
		_, err := natives.CloseOrder(ctx, native.CloseOrderRequest{OutTradeNo: core.String("WPGO-P2"), SpMchid: mchid, SubMchid: sub})
		check(err == nil && state("WPGO-P2") == "CLOSED", "close", err)
	})
}
