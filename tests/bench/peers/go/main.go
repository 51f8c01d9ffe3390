// github.com/wechatpay-apiv3/wechatpay-go, the official client, at the same work: `peer FOLDER`, with the messages that
// `peers make FOLDER` wrote.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/credentials"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/signers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/jsapi"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const batch = 200 * time.Millisecond

func report(work string, call func()) {
	best := 1e12
	for round := 0; round < 10; round++ {
		start, calls := computed(), 0
		for computed()-start < batch {
			call()
			calls++
		}
		if each := float64((computed() - start).Nanoseconds()) / 1e3 / float64(calls); each < best {
			best = each
		}
	}
	fmt.Printf("%s\twechatpay-go %s (Go)\t%.1f\n", work, consts.Version, best)
}

// What this process has computed.
func computed() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	folder := os.Args[1]
	read := func(name string) []byte { return must(os.ReadFile(filepath.Join(folder, name))) }
	var facts map[string]string
	if err := json.Unmarshal(read("facts.json"), &facts); err != nil {
		panic(err)
	}
	ctx := context.Background()
	key := must(utils.LoadPrivateKey(string(read("merchant.pem"))))
	signer := &signers.SHA256WithRSASigner{MchID: facts["mchid"], CertificateSerialNo: facts["serial"], PrivateKey: key}
	credential := credentials.WechatPayCredentials{Signer: signer}
	order := jsapi.PrepayRequest{
		Appid: core.String(facts["appid"]), Mchid: core.String(facts["mchid"]),
		Description: core.String("Image形象店-深圳腾大-QQ公仔"), OutTradeNo: core.String("1217752501201407033233368018"),
		NotifyUrl: core.String("https://www.weixin.qq.com/wxpay/pay.php"),
		Amount:    &jsapi.Amount{Total: core.Int64(100)}, Payer: &jsapi.Payer{Openid: core.String("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")},
	}
	report("order: JSON → signed", func() {
		body := must(json.Marshal(order))
		must(credential.GenerateAuthorizationHeader(ctx, "POST", "/v3/pay/transactions/jsapi", string(body)))
	})

	public := must(utils.LoadPublicKey(string(read("platform.pem"))))
	verifier := verifiers.NewSHA256WithRSAPubkeyVerifier(facts["platform_key_id"], *public)
	handler := must(notify.NewRSANotifyHandler(facts["api_key"], verifier))
	var given struct {
		Headers [][2]string
		Body    string
	}
	if err := json.Unmarshal(read("notification.json"), &given); err != nil {
		panic(err)
	}
	report("notification: verify → decrypt → typed", func() {
		request := must(http.NewRequest("POST", "https://shop.example/told", strings.NewReader(given.Body)))
		for _, header := range given.Headers {
			request.Header.Set(header[0], header[1])
		}
		must(handler.ParseNotifyRequest(ctx, request, new(payments.Transaction)))
	})
}
