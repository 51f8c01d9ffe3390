// A batch of transfers, which a service provider makes, with encrypted names.
package main

import (
	"context"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnertransferbatch"
)

func batch(ctx context.Context, client *core.Client) {
	batches := partnertransferbatch.TransferBatchApiService{Client: client}
	details := partnertransferbatch.TransferDetailApiService{Client: client}
	number := core.String("WPGOB1")
	flow("batch of transfers, with encrypted names", func() {
		made, _, err := batches.InitiateTransferBatch(ctx, partnertransferbatch.InitiateTransferBatchRequest{
			SubMchid: core.String("1900001109"), AuthorizationType: partnertransferbatch.AUTHTYPE_FUND_AUTHORIZATION_TYPE.Ptr(),
			SpAppid: core.String("wxf636efh567hg4356"), OutBatchNo: number, BatchName: core.String("批次"),
			BatchRemark: core.String("备注"), TotalAmount: core.Int64(300), TotalNum: core.Int64(2),
			TransferDetailList: []partnertransferbatch.TransferDetailInput{transfer("WD1", "张三", 100), transfer("WD2", "欧阳修", 200)},
		})
		check(err == nil && *made.BatchId != "", "batch", err)
		control("/batches/WPGOB1/settle", map[string]any{})
		found, _, err := batches.GetTransferBatchByOutNo(ctx, partnertransferbatch.GetTransferBatchByOutNoRequest{
			OutBatchNo: number, NeedQueryDetail: core.Bool(true), DetailStatus: core.String("ALL"),
		})
		check(err == nil && *found.BatchStatus == "FINISHED" && *found.SuccessAmount == 300, "query", found, err)
		same, _, err := batches.GetTransferBatchByNo(ctx, partnertransferbatch.GetTransferBatchByNoRequest{
			BatchId: made.BatchId, NeedQueryDetail: core.Bool(false),
		})
		check(err == nil && *same.OutBatchNo == *number, "query", same, err)
		one, _, err := details.GetTransferDetailByOutNo(ctx, partnertransferbatch.GetTransferDetailByOutNoRequest{
			OutBatchNo: number, OutDetailNo: core.String("WD2"),
		})
		check(err == nil && *one.DetailStatus == "SUCCESS" && *one.Username == "欧阳修", "detail", one, err)
	})
}

func transfer(number, name string, fen int64) partnertransferbatch.TransferDetailInput {
	return partnertransferbatch.TransferDetailInput{
		OutDetailNo: core.String(number), TransferAmount: core.Int64(fen), TransferRemark: core.String("报销"),
		Openid: core.String("o-" + number), UserName: core.String(name),
	}
}
