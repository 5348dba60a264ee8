// echo-go --port P: as Go writes it, on one processor. The runtime has other threads besides, for what blocks.
package main

import (
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
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
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
