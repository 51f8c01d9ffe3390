// Money that is shared, in both protocols.
package main

import (
	"encoding/json"
	"strings"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/wechat"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

// A receiver of shared money.
type receiver struct{ kind, account, name, relation string }

var (
	staff = receiver{"PERSONAL_OPENID", "o-GOPAY", "张三", "STAFF"}
	store = receiver{"MERCHANT_ID", "1900000304", "示例门店", "STORE"}
)

func (to receiver) added(name string) gopay.BodyMap {
	return gopay.BodyMap{"type": to.kind, "account": to.account, "name": name, "relation_type": to.relation}
}

func (to receiver) share(name string, amount int) gopay.BodyMap {
	return gopay.BodyMap{"type": to.kind, "account": to.account, "name": name, "amount": amount, "description": "分账"}
}

// APIv2 has one digest for all of it.
func sharingV2(shop *shop) {
	client := newV2()
	request := func() gopay.BodyMap { return requestV2(wechat.SignType_HMAC_SHA256) }
	isSigned := func(response any) bool { return isSignedV2(wechat.SignType_HMAC_SHA256, response) }
	var order string
	left := func() string {
		found, err := client.ProfitSharingOrderAmountQuery(ctx, request().Set("mch_id", env("MCH_ID")).Set("transaction_id", order))
		check(err == nil && isSigned(found), "rest", found, err)
		return found.UnsplitAmount
	}
	flow("V2 receivers of shared money", func() {
		for _, one := range []receiver{staff, store} {
			added, err := client.ProfitSharingAddReceiver(ctx, request().Set("receiver", one.added(one.name).JsonBody()))
			check(err == nil && isSigned(added) && added.ResultCode == "SUCCESS", "receiver", added, err)
		}
	})
	flow("V2 money shared", func() {
		made, err := client.UnifiedOrder(ctx, request().Set("body", "分账商品").Set("out_trade_no", "GOPAY-SHARED").
			Set("total_fee", 102).Set("spbill_create_ip", "10.2.3.10").Set("notify_url", shop.url("hmac")).
			Set("trade_type", "NATIVE").Set("product_id", "P1").Set("profit_sharing", "Y"))
		check(err == nil && isSigned(made), "order", made, err)
		control("/orders/GOPAY-SHARED/pay", map[string]any{})
		order = shop.next()["transaction_id"].(string)
		receivers := must(json.Marshal([]gopay.BodyMap{staff.share(staff.name, 10), store.share(store.name, 20)}))
		shared, err := client.MultiProfitSharing(ctx, request().Set("transaction_id", order).Set("out_order_no", "GOPAY-S").
			Set("receivers", string(receivers)))
		// It can't verify this response: what it keeps of it has no `status` and no `receivers`, which page 4011983158 has.
		check(err == nil && shared.ResultCode == "SUCCESS", "share", shared, err)
		found, err := client.ProfitSharingQuery(ctx, request().Set("transaction_id", order).Set("out_order_no", "GOPAY-S"))
		check(err == nil && isSigned(found) && strings.Count(found.Receivers, "SUCCESS") == 2, "query", found, err)
		check(left() == "72", "rest")
	})
	flow("V2 shared money returned", func() {
		back, err := client.ProfitSharingReturn(ctx, request().Set("out_order_no", "GOPAY-S").Set("out_return_no", "GOPAY-SR").
			Set("return_account_type", "MERCHANT_ID").Set("return_account", store.account).Set("return_amount", 5).
			Set("description", "门店退回"))
		check(err == nil && isSigned(back), "return", back, err)
		found, err := client.ProfitSharingReturnQuery(ctx, request().Set("out_order_no", "GOPAY-S").Set("out_return_no", "GOPAY-SR"))
		check(err == nil && isSigned(found) && found.Result == "SUCCESS", "query", found, err)
	})
	flow("V2 rest released", func() {
		done, err := client.ProfitSharingFinish(ctx, request().Set("transaction_id", order).Set("out_order_no", "GOPAY-SU").
			Set("description", "分账完结"))
		check(err == nil && isSigned(done) && done.ResultCode == "SUCCESS", "finish", done, err)
		check(left() == "0", "rest")
	})
	flow("V2 receiver removed", func() {
		named := gopay.BodyMap{"type": store.kind, "account": store.account}
		removed, err := client.ProfitSharingRemoveReceiver(ctx, request().Set("receiver", named.JsonBody()))
		check(err == nil && isSigned(removed) && removed.ResultCode == "SUCCESS", "receiver", removed, err)
	})
}

func sharingV3(shop *shop, client *v3.ClientV3) {
	var order string
	left := func() int {
		found := must(client.V3ProfitShareUnsplitAmount(ctx, order))
		check(found.Code == v3.Success, "rest", found)
		return found.Response.UnsplitAmount
	}
	flow("V3 receivers of shared money, with encrypted names", func() {
		for _, one := range []receiver{staff, store} {
			sealed := one.added(must(client.V3EncryptText(one.name))).Set("appid", env("APP_ID"))
			added := must(client.V3ProfitShareAddReceiver(ctx, sealed))
			check(added.Code == v3.Success && must(client.V3DecryptText(added.Response.Name)) == one.name, "receiver", added)
		}
	})
	flow("V3 money shared", func() {
		made := must(client.V3TransactionNative(ctx, gopay.BodyMap{
			"appid": env("APP_ID"), "description": "分账商品", "out_trade_no": "GOPAY3-Shared", "notify_url": shop.url("v3"),
			"amount": map[string]any{"total": 105}, "settle_info": map[string]any{"profit_sharing": true},
		}))
		check(made.Code == v3.Success, "order", made)
		control("/orders/GOPAY3-Shared/pay", map[string]any{})
		order = shop.next()["told"].(*v3.V3DecryptPayResult).TransactionId
		sealed := func(to receiver, amount int) gopay.BodyMap {
			return to.share(must(client.V3EncryptText(to.name)), amount)
		}
		shared := must(client.V3ProfitShareOrder(ctx, gopay.BodyMap{
			"appid": env("APP_ID"), "transaction_id": order, "out_order_no": "GOPAY3-S", "unfreeze_unsplit": false,
			"receivers": []gopay.BodyMap{sealed(staff, 9), sealed(store, 20)},
		}))
		check(shared.Code == v3.Success, "share", shared)
		found := must(client.V3ProfitShareOrderQuery(ctx, "GOPAY3-S", gopay.BodyMap{"transaction_id": order}))
		check(found.Code == v3.Success && len(found.Response.Receivers) == 2, "query", found)
		for _, one := range found.Response.Receivers {
			check(one.Result == "SUCCESS", "query", one)
		}
		check(left() == 76, "rest")
	})
	flow("V3 shared money returned", func() {
		back := must(client.V3ProfitShareReturn(ctx, gopay.BodyMap{
			"out_order_no": "GOPAY3-S", "out_return_no": "GOPAY3-SR", "return_mchid": store.account, "amount": 5, "description": "门店退回",
		}))
		check(back.Code == v3.Success, "return", back)
		found := must(client.V3ProfitShareReturnResult(ctx, "GOPAY3-SR", gopay.BodyMap{"out_order_no": "GOPAY3-S"}))
		check(found.Code == v3.Success && found.Response.Result == "SUCCESS", "query", found)
	})
	flow("V3 notification of shared money", func() {
		own := receiver{"MERCHANT_ID", env("MCH_ID"), "示例商户", "HEADQUARTER"}
		name := must(client.V3EncryptText(own.name))
		check(must(client.V3ProfitShareAddReceiver(ctx, own.added(name).Set("appid", env("APP_ID")))).Code == v3.Success, "receiver")
		control("/profit_sharing", map[string]any{"notify_url": shop.url("shared")})
		shared := must(client.V3ProfitShareOrder(ctx, gopay.BodyMap{
			"appid": env("APP_ID"), "transaction_id": order, "out_order_no": "GOPAY3-SN", "unfreeze_unsplit": false,
			"receivers": []gopay.BodyMap{own.share(name, 1)},
		}))
		check(shared.Code == v3.Success, "share", shared)
		told := shop.next()["told"].(*v3.V3DecryptProfitShareResult)
		check(told.OutOrderNo == "GOPAY3-SN" && told.Receiver.Amount == 1, "notification", told)
		control("/profit_sharing", map[string]any{"notify_url": ""})
	})
	flow("V3 rest released", func() {
		done := must(client.V3ProfitShareOrderUnfreeze(ctx, gopay.BodyMap{
			"transaction_id": order, "out_order_no": "GOPAY3-SU", "description": "解冻全部剩余资金",
		}))
		check(done.Code == v3.Success && left() == 0, "release", done)
	})
	flow("V3 receiver removed", func() {
		removed := must(client.V3ProfitShareDeleteReceiver(ctx, gopay.BodyMap{
			"appid": env("APP_ID"), "type": store.kind, "account": store.account,
		}))
		check(removed.Code == v3.Success && removed.Response.Account == store.account, "receiver", removed)
	})
}
