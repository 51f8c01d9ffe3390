module client

go 1.22

require (
	github.com/go-pay/gopay v1.5.109
	github.com/go-pay/util v0.0.4
)

require (
	github.com/go-pay/crypto v0.0.1 // indirect
	github.com/go-pay/errgroup v0.0.3 // indirect
	github.com/go-pay/smap v0.0.2 // indirect
	github.com/go-pay/xlog v0.0.3 // indirect
	github.com/go-pay/xtime v0.0.2 // indirect
	golang.org/x/crypto v0.33.0 // indirect
)
