// What is done with the core of the client.
package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

type members map[string]any

func get[T any](ctx context.Context, client *core.Client, path string) T {
	return read[T](must(client.Get(ctx, consts.WechatPayAPIServer+path)))
}

func post[T any](ctx context.Context, client *core.Client, path string, body any) T {
	return read[T](must(client.Post(ctx, consts.WechatPayAPIServer+path, body)))
}

func read[T any](answer *core.APIResult) T {
	var told T
	body := must(io.ReadAll(answer.Response.Body))
	if len(body) > 0 {
		must(0, json.Unmarshal(body, &told))
	}
	return told
}

// file downloads what has no signature: the hash of a bill was told in a response that has one.
func file(ctx context.Context, client *core.Client, url string) []byte {
	answer := must(core.NewClientWithValidator(client, &validators.NullValidator{}).Get(ctx, url))
	return must(io.ReadAll(answer.Response.Body))
}
