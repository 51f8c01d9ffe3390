// Combined orders, with the core.
package main

import (
	"context"
	"fmt"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
)

func combined(ctx context.Context, shop *shop, client *core.Client) {
	const path = "/v3/combine-transactions/"
	parts := func(name string, more members) []members {
		var parts []members
		for n := range 2 {
			part := members{"mchid": env("MCH_ID"), "out_trade_no": fmt.Sprintf("WPGO-%s-%d", name, n)}
			for member, value := range more {
				part[member] = value
			}
			parts = append(parts, part)
		}
		return parts
	}
	order := func(name string) members {
		amount := members{"total_amount": 50, "currency": "CNY"}
		return members{
			"combine_appid": env("APP_ID"), "combine_mchid": env("MCH_ID"), "combine_out_trade_no": "WPGO-" + name,
			"notify_url": shop.url("told"), "sub_orders": parts(name, members{"attach": "附加", "description": "合单", "amount": amount}),
		}
	}
	states := func(told members) string {
		orders := told["sub_orders"].([]any)
		state := func(n int) string { return orders[n].(map[string]any)["trade_state"].(string) }
		return state(0) + " " + state(1)
	}
	flow("combined order", func() {
		check(post[members](ctx, client, path+"native", order("M1"))["code_url"] != nil, "code_url")
		check(post[members](ctx, client, path+"app", order("M2"))["prepay_id"] != nil, "prepay_id")
	})
	flow("notification of a combined order", func() {
		control("/orders/WPGO-M1/pay", map[string]any{})
		told := shop.next()
		check(states(told) == "SUCCESS SUCCESS", "notification", told)
	})
	flow("query and close of a combined order", func() {
		found := get[members](ctx, client, path+"out-trade-no/WPGO-M1")
		check(states(found) == "SUCCESS SUCCESS", "query", found)
		named := members{"combine_appid": env("APP_ID"), "sub_orders": parts("M2", nil)}
		post[members](ctx, client, path+"out-trade-no/WPGO-M2/close", named)
		check(states(get[members](ctx, client, path+"out-trade-no/WPGO-M2")) == "CLOSED CLOSED", "query")
	})
}
