// A batch of transfers (APIv3), which a service provider makes, with encrypted names.
package main

import (
	"github.com/go-pay/gopay"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

func batch(client *v3.ClientV3) {
	detail := func(number, name string, fen int) gopay.BodyMap {
		return gopay.BodyMap{
			"out_detail_no": number, "transfer_amount": fen, "transfer_remark": "报销", "openid": "o-" + number,
			"user_name": must(client.V3EncryptText(name)),
		}
	}
	flow("V3 batch of transfers, with encrypted names", func() {
		made := must(client.V3PartnerTransfer(ctx, gopay.BodyMap{
			"sub_mchid": "1900001109", "authorization_type": "FUND_AUTHORIZATION_TYPE", "sp_appid": "wxf636efh567hg4356",
			"out_batch_no": "GOPAYB1", "batch_name": "批次", "batch_remark": "备注", "total_amount": 300, "total_num": 2,
			"transfer_detail_list": []gopay.BodyMap{detail("GD1", "张三", 100), detail("GD2", "欧阳修", 200)},
		}))
		check(made.Code == v3.Success && made.Response.BatchId != "", "batch", made)
		control("/batches/GOPAYB1/settle", map[string]any{})
		query := gopay.BodyMap{"need_query_detail": true, "detail_status": "ALL", "offset": 0, "limit": 20}
		found := must(client.V3PartnerTransferMerchantQuery(ctx, "GOPAYB1", query))
		check(found.Code == v3.Success && found.Response.BatchStatus == "FINISHED" && found.Response.SuccessAmount == 300, "query", found)
		one := must(client.V3PartnerTransferMerchantDetail(ctx, "GOPAYB1", "GD2"))
		check(one.Code == v3.Success && one.Response.DetailStatus == "SUCCESS", "detail", one)
		check(must(client.V3DecryptText(one.Response.Username)) == "欧阳修", "name", one)
	})
}
