// Payment codes, with the core.
package main

import (
	"context"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
)

func codes(ctx context.Context, client *core.Client) {
	merchant := members{"appid": env("APP_ID"), "mchid": env("MCH_ID")}
	flow("payment by code", func() {
		code := control("/payment_codes", map[string]any{})["auth_code"]
		paid := post[members](ctx, client, "/v3/pay/transactions/codepay", members{
			"appid": env("APP_ID"), "mchid": env("MCH_ID"), "description": "早餐", "out_trade_no": "WPGO-CODE",
			"amount": members{"total": 104}, "payer": members{"auth_code": code},
			"scene_info": members{"device_ip": "10.2.3.10", "store_info": members{"id": "1"}},
		})
		check(paid["trade_state"] == "SUCCESS", "payment by code", paid)
	})
	flow("reverse", func() {
		post[members](ctx, client, "/v3/pay/transactions/out-trade-no/WPGO-CODE/reverse", merchant)
		found := get[members](ctx, client, "/v3/pay/transactions/out-trade-no/WPGO-CODE?mchid="+env("MCH_ID"))
		check(found["trade_state"] == "REVOKED", "query", found)
	})
}
