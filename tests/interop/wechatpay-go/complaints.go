// Complaints, with the core.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"os"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const (
	addresses = "/v3/merchant-service/complaint-notifications"
	allOfThem = "/v3/merchant-service/complaints-v2"
)

func complaints(ctx context.Context, shop *shop, client *core.Client) {
	url := shop.url("told")
	var id, path, image string
	told := func(action string) {
		notice := shop.next()
		check(notice["complaint_id"] == id && notice["action_type"] == action, "notification", notice)
	}
	flow("URL of complaint notifications", func() {
		post[members](ctx, client, addresses, members{"url": shop.url("old")})
		updated := read[members](must(client.Put(ctx, consts.WechatPayAPIServer+addresses, members{"url": url})))
		check(updated["url"] == url && get[members](ctx, client, addresses)["url"] == url, "url", updated)
	})
	flow("complaint notification", func() {
		terms := map[string]any{"detail": "商品 <坏了> & 不退", "refund_fen": 1}
		id = control("/orders/WPGO-Native/complain", terms)["complaint_id"].(string)
		path = allOfThem + "/" + id
		told("CREATE_COMPLAINT")
	})
	flow("list of complaints", func() {
		period := "?limit=50&begin_date=" + os.Getenv("BILL_DATE") + "&end_date=" + today()
		found := get[struct{ Data []members }](ctx, client, allOfThem+period)
		listed := false
		for _, one := range found.Data {
			listed = listed || one["complaint_id"] == id
		}
		check(listed, "complaints", found)
	})
	flow("detail of a complaint, with an encrypted phone", func() {
		found := get[members](ctx, client, path)
		phone := must(utils.DecryptOAEP(found["payer_phone"].(string), must(utils.LoadPrivateKeyWithPath(env("PRIVATE_KEY")))))
		check(found["complaint_state"] == "PENDING" && phone == "18500000000", "complaint", found)
	})
	flow("image for a complaint", func() {
		image = upload(ctx, client)
	})
	flow("reply to a complaint", func() {
		post[members](ctx, client, path+"/response", members{
			"complainted_mchid": env("MCH_ID"), "response_content": "已为您 <退款> & 致歉", "response_images": []string{image},
		})
		told("MERCHANT_RESPONSE")
	})
	flow("history of a complaint, with an image", func() {
		type images struct {
			URL []string `json:"media_url"`
		}
		type entry struct {
			Type   string `json:"operate_type"`
			Images images `json:"complaint_media_list"`
		}
		found := get[struct{ Data []entry }](ctx, client, path+"/negotiation-historys")
		check(len(found.Data) == 2 && found.Data[1].Type == "MERCHANT_RESPONSE", "history", found)
		check(bytes.Equal(file(ctx, client, found.Data[1].Images.URL[0]), png), "image", found)
	})
	flow("decision about the refund of a complaint", func() {
		post[members](ctx, client, path+"/update-refund-progress", members{"action": "APPROVE", "launch_refund_day": 1})
		told("MERCHANT_APPROVE_REFUND")
	})
	flow("complaint completed", func() {
		post[members](ctx, client, path+"/complete", members{"complainted_mchid": env("MCH_ID")})
		told("MERCHANT_CONFIRM_COMPLETE")
		check(get[members](ctx, client, path)["complaint_state"] == "PROCESSED", "complaint")
		must(client.Delete(ctx, consts.WechatPayAPIServer+addresses, nil))
	})
}

// upload gives the id of an image. Its own service for images has the path of other products.
func upload(ctx context.Context, client *core.Client) string {
	meta := string(must(json.Marshal(members{"filename": "凭证.png", "sha256": fmt.Sprintf("%x", sha256.Sum256(png))})))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(0, core.CreateFormField(form, "meta", "application/json", []byte(meta)))
	must(0, core.CreateFormFile(form, "凭证.png", "image/png", png))
	must(0, form.Close())
	url := consts.WechatPayAPIServer + "/v3/merchant-service/images/upload"
	answer := must(client.Upload(ctx, url, meta, body.String(), form.FormDataContentType()))
	return read[map[string]string](answer)["media_id"]
}
