// Combined orders (APIv3).
package main

import (
	"fmt"

	"github.com/go-pay/gopay"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

func combined(shop *shop, client *v3.ClientV3) {
	parts := func(name string, more gopay.BodyMap) []gopay.BodyMap {
		var parts []gopay.BodyMap
		for n := range 2 {
			part := gopay.BodyMap{"mchid": env("MCH_ID"), "out_trade_no": fmt.Sprintf("GOPAY3-%s-%d", name, n)}
			for member, value := range more {
				part.Set(member, value)
			}
			parts = append(parts, part)
		}
		return parts
	}
	order := func(name string) gopay.BodyMap {
		amount := map[string]any{"total_amount": 50, "currency": "CNY"}
		return gopay.BodyMap{
			"combine_appid": env("APP_ID"), "combine_mchid": env("MCH_ID"), "combine_out_trade_no": "GOPAY3-" + name,
			"notify_url": shop.url("combined"),
			"sub_orders": parts(name, gopay.BodyMap{"attach": "附加", "description": "合单", "amount": amount}),
		}
	}
	states := func(orders []*v3.SubOrders) string { return orders[0].TradeState + " " + orders[1].TradeState }
	flow("V3 combined order", func() {
		made := must(client.V3CombineTransactionNative(ctx, order("M1")))
		check(made.Code == v3.Success && made.Response.CodeUrl != "", "order", made)
		other := must(client.V3CombineTransactionJsapi(ctx, order("M2").Set("combine_payer_info", map[string]any{"openid": payer})))
		check(other.Code == v3.Success && other.Response.PrepayId != "", "order", other)
	})
	flow("V3 notification of a combined order", func() {
		control("/orders/GOPAY3-M1/pay", map[string]any{})
		told := shop.next()["told"].(*v3.V3DecryptCombineResult)
		check(states(told.SubOrders) == "SUCCESS SUCCESS", "notification", told)
	})
	flow("V3 query of a combined order", func() {
		found := must(client.V3CombineQueryOrder(ctx, "GOPAY3-M1"))
		check(found.Code == v3.Success && found.Response.SubOrders[1].Amount.TotalAmount == 50, "query", found)
	})
	flow("V3 close of a combined order", func() {
		named := gopay.BodyMap{"combine_appid": env("APP_ID"), "sub_orders": parts("M2", nil)}
		closed := must(client.V3CombineCloseOrder(ctx, "GOPAY3-M2", named))
		check(closed.Code == v3.Success, "close", closed)
		found := must(client.V3CombineQueryOrder(ctx, "GOPAY3-M2"))
		check(found.Code == v3.Success && states(found.Response.SubOrders) == "CLOSED CLOSED", "query", found)
	})
}
