// github.com/go-pay/gopay against the sandbox: APIv2 with both digests and APIv3. It verifies responses of APIv3 by itself, and
// notifications and responses of APIv2 with its functions for signatures. Of APIv3 it has no payment codes.
package main

import (
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"strings"

	"github.com/go-pay/gopay/pkg/xhttp"
	"github.com/go-pay/gopay/wechat"
	v3 "github.com/go-pay/gopay/wechat/v3"
)

var ctx = context.Background()

func main() {
	v3client := newV3()
	shop := openShop(map[string]reader{
		"md5":  readV2(wechat.SignType_MD5),
		"hmac": readV2(wechat.SignType_HMAC_SHA256),
		"refunded": func(request *http.Request) (map[string]any, error) {
			notice, err := wechat.ParseRefundNotify(request)
			if err != nil {
				return nil, err
			}
			told, err := wechat.DecryptRefundNotifyReqInfo(notice.ReqInfo, env("V2_KEY"))
			return map[string]any{"refund": told}, err
		},
		"v3": readV3(v3client, func(notice *v3.V3NotifyReq) (any, error) {
			if strings.HasPrefix(notice.EventType, "REFUND.") {
				return notice.DecryptRefundCipherText(env("V3_KEY"))
			}
			return notice.DecryptPayCipherText(env("V3_KEY"))
		}),
		"partner": readV3(v3client, func(notice *v3.V3NotifyReq) (any, error) {
			if strings.HasPrefix(notice.EventType, "REFUND.") {
				return notice.DecryptPartnerRefundCipherText(env("V3_KEY"))
			}
			return notice.DecryptPartnerPayCipherText(env("V3_KEY"))
		}),
		"combined": readV3(v3client, func(notice *v3.V3NotifyReq) (any, error) {
			return notice.DecryptCombineCipherText(env("V3_KEY"))
		}),
		"shared": readV3(v3client, func(notice *v3.V3NotifyReq) (any, error) {
			return notice.DecryptProfitShareCipherText(env("V3_KEY"))
		}),
		"complained": readV3(v3client, func(notice *v3.V3NotifyReq) (any, error) {
			told := &v3.V3DecryptComplaintResult{}
			return told, notice.DecryptCipherTextToStruct(env("V3_KEY"), told)
		}),
	})
	flowsV2(shop, "md5", wechat.SignType_MD5)
	flowsV2(shop, "hmac", wechat.SignType_HMAC_SHA256)
	sharingV2(shop)
	flowsV3(shop, v3client)
	ofSubMerchant(shop, v3client)
	combined(shop, v3client)
	batch(v3client)
	complaints(shop, v3client)
	sharingV3(shop, v3client)
}

// Its own HTTP client accepts any certificate; this one goes by the system's authorities.
func strict() *xhttp.Client { return xhttp.NewClient().SetHttpTLSConfig(&tls.Config{}) }

func newV3() *v3.ClientV3 {
	key := string(must(os.ReadFile(env("PRIVATE_KEY"))))
	client := must(v3.NewClientV3(env("MCH_ID"), env("SERIAL_NO"), env("V3_KEY"), key))
	client.SetHttpClient(strict())
	if isPublicKey() {
		must(0, client.AutoVerifySignByCert(must(os.ReadFile(env("PUBLIC_KEY"))), env("PUBLIC_KEY_ID")))
	} else {
		must(0, client.AutoVerifySign())
	}
	return client
}

// readV3 gives what a notification tells, once it is verified.
func readV3(client *v3.ClientV3, open func(*v3.V3NotifyReq) (any, error)) reader {
	return func(request *http.Request) (map[string]any, error) {
		notice, err := v3.V3ParseNotify(request)
		if err != nil {
			return nil, err
		}
		if err := notice.VerifySignByPKMap(client.WxPublicKeyMap()); err != nil {
			return nil, err
		}
		told, err := open(notice)
		return map[string]any{"told": told}, err
	}
}
