// Complaints (APIv3). The client can't download an image: it reads what page 4012467251 calls a file as JSON.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"

	"github.com/go-pay/gopay"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

func complaints(shop *shop, client *v3.ClientV3) {
	url := shop.url("complained")
	var id, image string
	told := func(action string) {
		notice := shop.next()["told"].(*v3.V3DecryptComplaintResult)
		check(notice.ComplaintId == id && notice.ActionType == action, "notification", notice)
	}
	state := func() *v3.ComplaintDetail {
		found := must(client.V3ComplaintDetail(ctx, id))
		check(found.Code == v3.Success, "complaint", found)
		return found.Response
	}
	flow("V3 URL of complaint notifications", func() {
		check(must(client.V3ComplaintNotifyUrlCreate(ctx, shop.url("old"))).Code == v3.Success, "create")
		check(must(client.V3ComplaintNotifyUrlUpdate(ctx, url)).Code == v3.Success, "update")
		check(must(client.V3ComplaintNotifyUrlQuery(ctx)).Response.Url == url, "query")
	})
	flow("V3 complaint notification", func() {
		terms := map[string]any{"detail": "商品 <坏了> & 不退", "refund_fen": 1}
		id = control("/orders/GOPAY3-Native/complain", terms)["complaint_id"].(string)
		told("CREATE_COMPLAINT")
	})
	flow("V3 list of complaints", func() {
		found := must(client.V3ComplaintList(ctx, gopay.BodyMap{"begin_date": os.Getenv("BILL_DATE"), "end_date": today(), "limit": 50}))
		check(found.Code == v3.Success, "complaints", found)
		listed := false
		for _, one := range found.Response.Data {
			listed = listed || one.ComplaintId == id
		}
		check(listed, "complaints", found.Response)
	})
	flow("V3 detail of a complaint, with an encrypted phone", func() {
		found := state()
		check(found.ComplaintState == "PENDING" && must(client.V3DecryptText(found.PayerPhone)) == "18500000000", "complaint", found)
	})
	flow("V3 image for a complaint", func() {
		hash := fmt.Sprintf("%x", sha256.Sum256(png))
		made := must(client.V3ComplaintUploadImage(ctx, "凭证.png", hash, &gopay.File{Name: "凭证.png", Content: png}))
		check(made.Code == v3.Success && made.Response.MediaId != "", "image", made)
		image = made.Response.MediaId
	})
	flow("V3 reply to a complaint", func() {
		replied := must(client.V3ComplaintResponse(ctx, id, gopay.BodyMap{
			"complainted_mchid": env("MCH_ID"), "response_content": "已为您 <退款> & 致歉", "response_images": []string{image},
		}))
		check(replied.Code == v3.Success, "reply", replied)
		told("MERCHANT_RESPONSE")
	})
	flow("V3 history of a complaint", func() {
		found := must(client.V3ComplaintNegotiationHistory(ctx, id, gopay.BodyMap{"limit": 50, "offset": 0}))
		check(found.Code == v3.Success && len(found.Response.Data) == 2, "history", found)
		replied := found.Response.Data[1]
		check(replied.OperateType == "MERCHANT_RESPONSE" && len(replied.ComplaintMediaList.MediaUrl) == 1, "history", replied)
	})
	flow("V3 decision about the refund of a complaint", func() {
		decided := must(client.V3ComplaintUpdateRefundProgress(ctx, id, gopay.BodyMap{"action": "APPROVE", "launch_refund_day": 1}))
		check(decided.Code == v3.Success, "decision", decided)
		told("MERCHANT_APPROVE_REFUND")
	})
	flow("V3 complaint completed", func() {
		completed := must(client.V3ComplaintComplete(ctx, id, gopay.BodyMap{"complainted_mchid": env("MCH_ID")}))
		check(completed.Code == v3.Success, "complete", completed)
		told("MERCHANT_CONFIRM_COMPLETE")
		check(state().ComplaintState == "PROCESSED", "complaint")
		check(must(client.V3ComplaintNotifyUrlDelete(ctx)).Code == v3.Success, "delete")
	})
}
