// Money that is shared.
package main

import (
	"context"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"
	"github.com/wechatpay-apiv3/wechatpay-go/services/profitsharing"
)

const store = "1900000305"

func sharing(ctx context.Context, shop *shop, client *core.Client) {
	appid, mchid := core.String(env("APP_ID")), core.String(env("MCH_ID"))
	orders := profitsharing.OrdersApiService{Client: client}
	receivers := profitsharing.ReceiversApiService{Client: client}
	returns := profitsharing.ReturnOrdersApiService{Client: client}
	transactions := profitsharing.TransactionsApiService{Client: client}
	var id *string
	left := func() int64 {
		found, _, err := transactions.QueryOrderAmount(ctx, profitsharing.QueryOrderAmountRequest{TransactionId: id})
		check(err == nil, "rest", err)
		return *found.UnsplitAmount
	}
	flow("receivers of shared money, with encrypted names", func() {
		for _, one := range []profitsharing.AddReceiverRequest{
			{
				Type: profitsharing.RECEIVERTYPE_PERSONAL_OPENID.Ptr(), Account: core.String("o-WPGO"), Name: core.String("张三"),
				RelationType: profitsharing.RECEIVERRELATIONTYPE_STAFF.Ptr(),
			},
			{
				Type: profitsharing.RECEIVERTYPE_MERCHANT_ID.Ptr(), Account: core.String(store), Name: core.String("示例门店"),
				RelationType: profitsharing.RECEIVERRELATIONTYPE_STORE.Ptr(),
			},
		} {
			one.Appid = appid
			added, _, err := receivers.AddReceiver(ctx, one)
			check(err == nil && *added.Account == *one.Account && *added.Name == *one.Name, "receiver", added, err)
		}
	})
	flow("money shared", func() {
		natives := native.NativeApiService{Client: client}
		_, _, err := natives.Prepay(ctx, native.PrepayRequest{
			Appid: appid, Mchid: mchid, Description: core.String("分账商品"), OutTradeNo: core.String("WPGO-Shared"),
			NotifyUrl: core.String(shop.url("told")), Amount: &native.Amount{Total: core.Int64(104)},
			SettleInfo: &native.SettleInfo{ProfitSharing: core.Bool(true)},
		})
		check(err == nil, "order", err)
		control("/orders/WPGO-Shared/pay", map[string]any{})
		id = core.String(shop.next()["transaction_id"].(string))
		_, _, err = orders.CreateOrder(ctx, profitsharing.CreateOrderRequest{
			Appid: appid, TransactionId: id, OutOrderNo: core.String("WPGO-S"), UnfreezeUnsplit: core.Bool(false),
			Receivers: []profitsharing.CreateOrderReceiver{
				share("PERSONAL_OPENID", "o-WPGO", "张三", 9), share("MERCHANT_ID", store, "示例门店", 20),
			},
		})
		check(err == nil, "share", err)
		found, _, err := orders.QueryOrder(ctx, profitsharing.QueryOrderRequest{TransactionId: id, OutOrderNo: core.String("WPGO-S")})
		check(err == nil && len(found.Receivers) == 2, "query", found, err)
		for _, one := range found.Receivers {
			check(*one.Result == profitsharing.DETAILSTATUS_SUCCESS, "query", found)
		}
		check(left() == 75, "rest")
	})
	flow("shared money returned", func() {
		_, _, err := returns.CreateReturnOrder(ctx, profitsharing.CreateReturnOrderRequest{
			OutOrderNo: core.String("WPGO-S"), OutReturnNo: core.String("WPGO-SR"), ReturnMchid: core.String(store),
			Amount: core.Int64(5), Description: core.String("门店退回"),
		})
		check(err == nil, "return", err)
		found, _, err := returns.QueryReturnOrder(ctx, profitsharing.QueryReturnOrderRequest{
			OutOrderNo: core.String("WPGO-S"), OutReturnNo: core.String("WPGO-SR"),
		})
		check(err == nil && *found.Result == profitsharing.RETURNORDERSTATUS_SUCCESS && *found.Amount == 5, "query", found, err)
	})
	flow("notification of shared money", func() {
		_, _, err := receivers.AddReceiver(ctx, profitsharing.AddReceiverRequest{
			Appid: appid, Type: profitsharing.RECEIVERTYPE_MERCHANT_ID.Ptr(), Account: mchid, Name: core.String("示例商户"),
			RelationType: profitsharing.RECEIVERRELATIONTYPE_HEADQUARTER.Ptr(),
		})
		check(err == nil, "receiver", err)
		control("/profit_sharing", map[string]any{"notify_url": shop.url("told")})
		_, _, err = orders.CreateOrder(ctx, profitsharing.CreateOrderRequest{
			Appid: appid, TransactionId: id, OutOrderNo: core.String("WPGO-SN"), UnfreezeUnsplit: core.Bool(false),
			Receivers: []profitsharing.CreateOrderReceiver{share("MERCHANT_ID", env("MCH_ID"), "示例商户", 1)},
		})
		check(err == nil, "share", err)
		told := shop.next()
		check(told["out_order_no"] == "WPGO-SN" && told["receiver"].(map[string]any)["amount"] == 1.0, "notification", told)
		control("/profit_sharing", map[string]any{"notify_url": ""})
	})
	flow("rest released", func() {
		_, _, err := orders.UnfreezeOrder(ctx, profitsharing.UnfreezeOrderRequest{
			TransactionId: id, OutOrderNo: core.String("WPGO-SU"), Description: core.String("解冻全部剩余资金"),
		})
		check(err == nil && left() == 0, "release", err)
	})
	flow("receiver removed", func() {
		removed, _, err := receivers.DeleteReceiver(ctx, profitsharing.DeleteReceiverRequest{
			Appid: appid, Type: profitsharing.RECEIVERTYPE_MERCHANT_ID.Ptr(), Account: core.String(store),
		})
		check(err == nil && *removed.Account == store, "receiver", removed, err)
	})
}

func share(kind, account, name string, amount int64) profitsharing.CreateOrderReceiver {
	return profitsharing.CreateOrderReceiver{
		Type: core.String(kind), Account: core.String(account), Name: core.String(name), Amount: core.Int64(amount),
		Description: core.String("分账"),
	}
}
