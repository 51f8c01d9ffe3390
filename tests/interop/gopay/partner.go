// What a service provider does for its sub-merchant (APIv3).
package main

import (
	"github.com/go-pay/gopay"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

func ofSubMerchant(shop *shop, client *v3.ClientV3) {
	sub := func() gopay.BodyMap { return gopay.BodyMap{"sub_mchid": "1900001109"} }
	url := shop.url("partner")
	state := func(number string) string {
		found := must(client.V3PartnerQueryOrder(ctx, v3.OutTradeNo, number, sub()))
		check(found.Code == v3.Success, "query", found)
		return found.Response.TradeState
	}
	flow("V3 order of a sub-merchant, with its notification and query", func() {
		for _, number := range []string{"GOPAY3-P1", "GOPAY3-P2"} {
			made := must(client.V3PartnerTransactionNative(ctx, sub().Set("sp_appid", env("APP_ID")).Set("description", "子商户商品").
				Set("out_trade_no", number).Set("notify_url", url).Set("amount", map[string]any{"total": 105})))
			check(made.Code == v3.Success, "order", made)
		}
		control("/orders/GOPAY3-P1/pay", map[string]any{})
		told := shop.next()["told"].(*v3.V3DecryptPartnerPayResult)
		check(told.SubMchid == "1900001109" && state("GOPAY3-P1") == "SUCCESS", "notification", told)
	})
	flow("V3 refund of a sub-merchant, with its notification and query", func() {
		made := must(client.V3Refund(ctx, sub().Set("out_trade_no", "GOPAY3-P1").Set("out_refund_no", "GOPAY3-PR").
			Set("notify_url", url).Set("amount", map[string]any{"refund": 1, "total": 105, "currency": "CNY"})))
		check(made.Code == v3.Success, "refund", made)
		told := shop.next()["told"].(*v3.V3DecryptPartnerRefundResult)
		check(told.RefundId == made.Response.RefundId && told.SubMchid == "1900001109", "notification", told)
		found := must(client.V3RefundQuery(ctx, "GOPAY3-PR", sub()))
		check(found.Code == v3.Success && found.Response.Status == "SUCCESS", "query", found)
	})
	flow("V3 close of a sub-merchant's order", func() {
		closed := must(client.V3PartnerCloseOrder(ctx, "GOPAY3-P2", sub()))
		check(closed.Code == v3.Success && state("GOPAY3-P2") == "CLOSED", "close", closed)
	})
}
