// micro-go ROW N [PENDING]: bench-micro's rows as Go writes them, on one processor. A call of a function is all that
// call1 and call20 are here: goroutines need no coroutines.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type meter struct {
	bytes, wall, cpu float64
}

func peakBytes() (kilobytes float64) {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			kilobytes, _ = strconv.ParseFloat(strings.Fields(line)[1], 64)
		}
	}
	return kilobytes * 1024
}

func read() meter {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return meter{peakBytes(), float64(time.Now().UnixNano()), float64(used.Utime.Nano() + used.Stime.Nano())}
}

func (m meter) done(row string, n int) {
	now, each := read(), float64(n)
	fmt.Printf("RESULT bench=%s n=%d wall_ns=%.2f cpu_ns=%.2f rss_b=%.0f wall_s=%.3f\n", row, n, (now.wall-m.wall)/each,
		(now.cpu-m.cpu)/each, (now.bytes-m.bytes)/each, (now.wall-m.wall)/1e9)
}

//go:noinline
func chain(depth int) int {
	if depth <= 1 {
		return 1
	}
	return 1 + chain(depth-1)
}

// Runs it so many times at once, and waits for all.
func atOnce(many int, what func()) {
	var all sync.WaitGroup
	all.Add(many)
	for i := 0; i < many; i++ {
		go func() {
			what()
			all.Done()
		}()
	}
	all.Wait()
}

func calls(n, depth int) {
	sum := 0
	for i := 0; i < n; i++ {
		sum += chain(depth)
	}
	if sum != n*depth {
		panic("calls")
	}
}

func spawns(n int) {
	end := make(chan struct{})
	for i := 0; i < n; i++ {
		go func() { end <- struct{}{} }()
		<-end
	}
}

func queue(n, places int) {
	between := make(chan int, places)
	var all sync.WaitGroup
	all.Add(1)
	go func() {
		for i := 0; i < n; i++ {
			between <- i
		}
		all.Done()
	}()
	sum := 0
	for i := 0; i < n; i++ {
		sum += <-between
	}
	all.Wait()
}

func timers(n, pending int) {
	all := make([]*time.Timer, pending)
	for i := 0; i < n; i++ {
		at := i % pending
		if all[at] != nil {
			all[at].Stop()
		}
		all[at] = time.NewTimer(10 * time.Second)
	}
}

func sleepDeep(until context.Context, depth int) {
	if depth > 1 {
		sleepDeep(until, depth-1)
		return
	}
	select {
	case <-until.Done():
	case <-time.After(time.Hour):
	}
}

func cancel(row string, n, depth int) {
	ends := make([]context.CancelFunc, n)
	var all sync.WaitGroup
	all.Add(n)
	for i := range ends {
		var until context.Context
		until, ends[i] = context.WithCancel(context.Background())
		go func() {
			sleepDeep(until, depth)
			all.Done()
		}()
	}
	runtime.Gosched()
	m := read()
	for _, end := range ends {
		end()
	}
	all.Wait()
	m.done(row, n)
}

func main() {
	runtime.GOMAXPROCS(1)
	row := os.Args[1]
	n, _ := strconv.Atoi(os.Args[2])
	pending := 10000
	if len(os.Args) > 3 {
		pending, _ = strconv.Atoi(os.Args[3])
	}
	if row == "channel" || row == "cores2" {
		runtime.GOMAXPROCS(2)
	}
	many := n
	m := read()
	switch row {
	case "yield":
		many = 2 * n
		atOnce(2, func() {
			for i := 0; i < n; i++ {
				runtime.Gosched()
			}
		})
	case "spawn", "cores1":
		spawns(n)
	case "cores2":
		many = 2 * n
		atOnce(2, func() { spawns(n) })
	case "call1":
		calls(n, 1)
	case "call20":
		calls(n, 20)
	case "gather1k":
		for i := 0; i < n/1000; i++ {
			atOnce(1000, func() {})
		}
	case "sleep1m":
		atOnce(n, func() { time.Sleep(time.Second) })
	case "timers":
		timers(n, pending)
	case "queue1":
		queue(n, 1)
	case "queue1024", "channel":
		queue(n, 1024)
	case "lock":
		var lock sync.Mutex
		atOnce(100, func() {
			for i := 0; i < n/100; i++ {
				lock.Lock()
				runtime.Gosched()
				lock.Unlock()
			}
		})
	case "semaphore":
		permits := make(chan struct{}, 10)
		atOnce(100, func() {
			for i := 0; i < n/100; i++ {
				permits <- struct{}{}
				runtime.Gosched()
				<-permits
			}
		})
	case "timeout_unused":
		for i := 0; i < n; i++ {
			_, end := context.WithTimeout(context.Background(), 10*time.Second)
			runtime.Gosched()
			end()
		}
	case "timeout_fires":
		atOnce(n, func() {
			until, end := context.WithTimeout(context.Background(), time.Millisecond)
			<-until.Done()
			end()
		})
	case "cancel1":
		cancel(row, n, 1)
		return
	case "cancel10":
		cancel(row, n, 10)
		return
	default:
		fmt.Println("SKIP")
		return
	}
	m.done(row, many)
}
