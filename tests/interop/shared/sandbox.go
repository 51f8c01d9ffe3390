// What a client in Go needs besides itself: the sandbox's control port, a merchant's callback, a line for each flow.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"
)

const (
	payer        = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	totalFee     = "<total_fee>"
	reqInfo      = "<req_info><![CDATA["
	acknowledged = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
)

// What begins as an image does.
var png = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 256)...)

// today is the day in China.
func today() string { return time.Now().UTC().Add(8 * time.Hour).Format("2006-01-02") }

func env(name string) string { return os.Getenv("WXPAY_" + name) }

func isPublicKey() bool { return os.Getenv("TRUST") == "public-key" }

func must[T any](value T, err error) T {
	check(err == nil, "failed", err)
	return value
}

func check(held bool, what string, seen ...any) {
	if held {
		return
	}
	for _, one := range seen {
		what += fmt.Sprintf(": %+v", one)
	}
	panic(what)
}

// Names a flow once it is through, or the one that failed.
func flow(name string, steps func()) {
	done := false
	defer func() {
		if !done {
			fmt.Println("  FAILED:", name)
		}
	}()
	steps()
	done = true
	fmt.Println("  " + name)
}

func control(path string, body map[string]any) map[string]any {
	url := env("SANDBOX_CONTROL") + "/v1" + path
	var answer *http.Response
	if body == nil {
		answer = must(http.Get(url))
	} else {
		answer = must(http.Post(url, "application/json", bytes.NewReader(must(json.Marshal(body)))))
	}
	defer answer.Body.Close()
	text := must(io.ReadAll(answer.Body))
	check(answer.StatusCode == 200, "the sandbox refused", string(text))
	told := map[string]any{}
	must(0, json.Unmarshal(text, &told))
	return told
}

// A reader reads a notification by means of the client, and fails unless it is authentic.
type reader func(*http.Request) (map[string]any, error)

// A shop is a merchant's server.
type shop struct {
	server *httptest.Server
	told   chan map[string]any
	count  int
}

// openShop has a reader for each path. It hands each notification to it twice: with another's signature first.
func openShop(readers map[string]reader) *shop {
	told := make(chan map[string]any, 1)
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		body := string(must(io.ReadAll(request.Body)))
		read := readers[request.URL.Path[1:]]
		with := func(body string) *http.Request {
			copy := request.Clone(request.Context())
			copy.Body = io.NopCloser(strings.NewReader(body))
			return copy
		}
		_, spoiled := read(with(spoil(body)))
		notice, err := read(with(body))
		if spoiled == nil || err != nil {
			fmt.Println("  a notification that was changed:", spoiled, "and the authentic one:", err)
			response.WriteHeader(400)
			return
		}
		if strings.HasPrefix(body, "<xml>") {
			io.WriteString(response, acknowledged)
		}
		told <- notice
	}))
	return &shop{server: server, told: told}
}

func (shop *shop) url(path string) string { return shop.server.URL + "/" + path }

// next is the next notification, once the sandbox has noted that it was acknowledged.
func (shop *shop) next() map[string]any {
	var notice map[string]any
	select {
	case notice = <-shop.told:
	case <-time.After(10 * time.Second):
		panic("no authentic notification came")
	}
	shop.count++
	for range 200 {
		count := 0
		for _, made := range control("/deliveries", nil)["made"].([]any) {
			made := made.(map[string]any)
			if strings.HasPrefix(made["url"].(string), shop.url("")) && made["acknowledged"] == true {
				count++
			}
		}
		if count == shop.count {
			return notice
		}
		time.Sleep(50 * time.Millisecond)
	}
	panic("no delivery was noted")
}

// spoil changes a notification: a space after APIv3, another amount of APIv2, or a cipher text that is not whole.
func spoil(body string) string {
	if strings.HasPrefix(body, "{") {
		return body + " "
	}
	return strings.NewReplacer(totalFee, totalFee+"9", reqInfo, reqInfo+"AAAA").Replace(body)
}
