// tls-go --cert FILE --key FILE --port P: as Go writes it, on one processor.
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"runtime"
)

func echo(peer net.Conn) {
	defer peer.Close()
	room := make([]byte, 65536)
	for {
		size, err := peer.Read(room)
		if err != nil {
			return
		}
		if _, err = peer.Write(room[:size]); err != nil {
			return
		}
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	own, err := tls.LoadX509KeyPair(os.Args[2], os.Args[4])
	if err != nil {
		panic(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+os.Args[6], &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		peer, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go echo(peer)
	}
}
