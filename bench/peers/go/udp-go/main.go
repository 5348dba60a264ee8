// udp-go --port P: as Go writes it, on one processor.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	endpoint, err := net.ListenPacket("udp", "127.0.0.1:"+os.Args[2])
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", endpoint.LocalAddr())
	room := make([]byte, 65536)
	for {
		size, from, err := endpoint.ReadFrom(room)
		if err != nil {
			panic(err)
		}
		// One that finds no room is lost.
		endpoint.WriteTo(room[:size], from)
	}
}
