// micro-floor ROW N: the floor of bench-micro's rows. Bare coroutines, a ready list, frames from a free list, a heap of
// timers, and nothing else: no cancellation, no errors, no owners, nobody who can look in. What it takes is what the work
// itself takes, and no library that offers more can be as cheap.
#include "../meter.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <new>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

// Frames of up to 2 KiB, in classes of 64 bytes.
class frame_list {
public:
    void* take(std::size_t size) {
        std::size_t const which = (size + 63) / 64;
        if (which >= free_.size()) return ::operator new(size);
        if (auto* const first = free_[which]) {
            free_[which] = first->next;
            return first;
        }
        return ::operator new(which * 64);
    }
    void give(void* frame, std::size_t size) {
        std::size_t const which = (size + 63) / 64;
        if (which >= free_.size()) return ::operator delete(frame);
        free_[which] = new (frame) block{free_[which]};
    }

private:
    struct block {
        block* next;
    };
    std::array<block*, 33> free_{};
};

frame_list frames;

struct pooled {
    static void* operator new(std::size_t size) { return frames.take(size); }
    static void operator delete(void* frame, std::size_t size) { frames.give(frame, size); }
};

struct ready_node {
    ready_node* next = nullptr;
    std::coroutine_handle<> what;
};

ready_node* ready_first = nullptr;
ready_node** ready_last = &ready_first;

void make_ready(ready_node& node) {
    node.next = nullptr;
    *ready_last = &node;
    ready_last = &node.next;
}

void run_ready() {
    while (ready_node* const first = ready_first) {
        ready_first = first->next;
        if (!ready_first) ready_last = &ready_first;
        first->what.resume();
    }
}

struct yield : ready_node {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        what = awaiting;
        make_ready(*this);
    }
    void await_resume() const noexcept {}
};

// A coroutine that is called: resumes its caller at its end.
class call {
public:
    struct promise_type : pooled {
        std::coroutine_handle<> caller;
        int value = 0;
        call get_return_object() { return call(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        struct back {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) const noexcept {
                return ended.promise().caller;
            }
            void await_resume() const noexcept {}
        };
        back final_suspend() const noexcept { return {}; }
        void return_value(int given) { value = given; }
        [[noreturn]] void unhandled_exception() { std::terminate(); }
    };
    call(call&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    ~call() {
        if (frame_) frame_.destroy();
    }
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
        frame_.promise().caller = caller;
        return frame_;
    }
    int await_resume() const { return frame_.promise().value; }

private:
    explicit call(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

// A coroutine that takes turns: ready as soon as it is made, and one may wait for its end.
class turn {
public:
    struct promise_type : pooled, ready_node {
        std::coroutine_handle<> waiter;
        std::size_t* left = nullptr;
        bool ended = false;
        turn get_return_object() {
            what = std::coroutine_handle<promise_type>::from_promise(*this);
            make_ready(*this);
            return turn(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        struct end {
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> of) const noexcept {
                auto& ends = of.promise();
                ends.ended = true;
                if (ends.left && --*ends.left != 0) return;
                if (!ends.waiter) return;
                ends.what = ends.waiter;
                make_ready(ends);
            }
            void await_resume() const noexcept {}
        };
        end final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() { std::terminate(); }
    };
    turn(turn&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    ~turn() {
        if (frame_) frame_.destroy();
    }
    bool await_ready() const noexcept { return frame_.promise().ended; }
    void await_suspend(std::coroutine_handle<> waiter) { frame_.promise().waiter = waiter; }
    void await_resume() const noexcept {}

    void count_down(std::size_t& left, std::coroutine_handle<> waiter) {
        frame_.promise().left = &left;
        frame_.promise().waiter = waiter;
    }

private:
    explicit turn(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

std::int64_t now() {
    timespec read{};
    clock_gettime(CLOCK_MONOTONIC, &read);
    return std::int64_t{read.tv_sec} * 1'000'000'000 + read.tv_nsec;
}

struct timer {
    std::int64_t due = 0;
    std::size_t place = 0;
    std::coroutine_handle<> what;
};

// With four children to a node; each timer knows its place.
class timer_heap {
public:
    bool empty() const { return entries_.empty(); }
    std::int64_t first_due() const { return entries_.front().due; }
    timer& first() const { return *entries_.front().which; }
    void add(timer& one) {
        entries_.push_back({});
        rise(entries_.size() - 1, {one.due, &one});
    }
    void remove(timer& one) {
        entry const last = entries_.back();
        entries_.pop_back();
        std::size_t const place = one.place;
        if (place == entries_.size()) return;
        if (place != 0 && entries_[(place - 1) / 4].due > last.due)
            rise(place, last);
        else
            sink(place, last);
    }

private:
    struct entry {
        std::int64_t due = 0;
        timer* which = nullptr;
    };
    void put(std::size_t place, entry one) {
        entries_[place] = one;
        one.which->place = place;
    }
    void rise(std::size_t place, entry one) {
        for (; place != 0 && entries_[(place - 1) / 4].due > one.due; place = (place - 1) / 4)
            put(place, entries_[(place - 1) / 4]);
        put(place, one);
    }
    void sink(std::size_t place, entry one) {
        for (;;) {
            std::size_t const begin = 4 * place + 1;
            std::size_t const end = std::min(begin + 4, entries_.size());
            if (begin >= end) break;
            std::size_t least = begin;
            for (std::size_t i = begin + 1; i < end; ++i)
                if (entries_[i].due < entries_[least].due) least = i;
            if (entries_[least].due >= one.due) break;
            put(place, entries_[least]);
            place = least;
        }
        put(place, one);
    }
    std::vector<entry> entries_;
};

timer_heap timers;

struct sleep : timer {
    explicit sleep(std::int64_t how_long) : delay(how_long) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        what = awaiting;
        due = now() + delay;
        timers.add(*this);
    }
    void await_resume() const noexcept {}
    std::int64_t delay;
};

// Until nothing is ready and no timer is left.
void run_all() {
    int const kernel = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    for (run_ready(); !timers.empty(); run_ready()) {
        auto const left = timers.first_due() - now();
        if (left > 0) ::epoll_wait(kernel, &event, 1, static_cast<int>(left / 1'000'000) + 1);
        for (auto const time = now(); !timers.empty() && timers.first_due() <= time;) {
            timer& due = timers.first();
            timers.remove(due);
            due.what.resume();
        }
    }
    ::close(kernel);
}

struct waiter : ready_node {
    waiter* behind = nullptr;
};

struct wait_line {
    waiter* first = nullptr;
    waiter** last = &first;
    void add(waiter& one) {
        one.behind = nullptr;
        *last = &one;
        last = &one.behind;
    }
    waiter* take() {
        waiter* const taken = first;
        if (!taken) return nullptr;
        first = taken->behind;
        if (!first) last = &first;
        return taken;
    }
};

class permits {
public:
    explicit permits(int free) : free_(free) {}
    struct entry : waiter {
        explicit entry(permits& wanted) : of(wanted) {}
        permits& of;
        bool await_ready() const noexcept { return of.free_ > 0 && of.free_--; }
        void await_suspend(std::coroutine_handle<> awaiting) {
            what = awaiting;
            of.line_.add(*this);
        }
        void await_resume() const noexcept {}
    };
    entry acquire() { return entry(*this); }
    void release() {
        if (waiter* const next = line_.take())
            make_ready(*next);
        else
            ++free_;
    }

private:
    int free_;
    wait_line line_;
};

class pipe {
public:
    explicit pipe(std::size_t capacity) : items_(capacity) {}
    bool full() const { return size_ == items_.size(); }
    bool empty() const { return size_ == 0; }
    void push(int item) {
        items_[(begin_ + size_++) % items_.size()] = item;
        if (waiter* const next = getters.take()) make_ready(*next);
    }
    int pop() {
        int const item = items_[begin_];
        begin_ = (begin_ + 1) % items_.size();
        --size_;
        if (waiter* const next = putters.take()) make_ready(*next);
        return item;
    }
    wait_line getters;
    wait_line putters;

private:
    std::vector<int> items_;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
};

struct wait_in : waiter {
    explicit wait_in(wait_line& which) : line(which) {}
    wait_line& line;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        what = awaiting;
        line.add(*this);
    }
    void await_resume() const noexcept {}
};

turn yields(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await yield{};
}
turn nothing() { co_return; }
turn spawns(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await nothing();
}
call chain(int depth) {
    if (depth <= 1) co_return 1;
    co_return 1 + co_await chain(depth - 1);
}
turn calls(std::size_t n, int depth) {
    long sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += co_await chain(depth);
    if (sum != static_cast<long>(n) * depth) std::abort();
}
struct all_of {
    std::vector<turn>& children;
    std::size_t left;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        for (auto& each : children) each.count_down(left, waiter);
    }
    void await_resume() const noexcept {}
};
turn gathers(std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
        std::vector<turn> children;
        children.reserve(1000);
        for (int i = 0; i < 1000; ++i) children.push_back(nothing());
        co_await all_of{children, children.size()};
    }
}
turn puts_items(pipe& to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        while (to.full()) co_await wait_in(to.putters);
        to.push(static_cast<int>(i));
    }
}
turn gets_items(pipe& from, std::size_t n, long& sum) {
    for (std::size_t i = 0; i < n; ++i) {
        while (from.empty()) co_await wait_in(from.getters);
        sum += from.pop();
    }
}
turn enters(permits& of, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        co_await of.acquire();
        co_await yield{};
        of.release();
    }
}
turn sleeps(std::int64_t delay) { co_await sleep(delay); }

void yield_row(std::size_t n) {
    meter const m;
    auto const first = yields(n);
    auto const second = yields(n);
    run_ready();
    m.done("yield", 2.0 * static_cast<double>(n));
}

void one_turn_row(char const* row, std::size_t n, turn (*make)(std::size_t)) {
    meter const m;
    auto const all = make(n);
    run_ready();
    m.done(row, static_cast<double>(n));
}

void queue_row(char const* row, std::size_t n, std::size_t capacity) {
    pipe between(capacity);
    long sum = 0;
    meter const m;
    auto const from = puts_items(between, n);
    auto const to = gets_items(between, n, sum);
    run_ready();
    m.done(row, static_cast<double>(n));
}

void permits_row(char const* row, std::size_t n, int free) {
    permits of(free);
    meter const m;
    {
        std::vector<turn> all;
        for (int i = 0; i < 100; ++i) all.push_back(enters(of, n / 100));
        run_ready();
    }
    m.done(row, static_cast<double>(n));
}

void sleep_row(std::size_t n) {
    meter const m;
    {
        std::vector<turn> all;
        all.reserve(n);
        for (std::size_t i = 0; i < n; ++i) all.push_back(sleeps(1'000'000'000));
        run_all();
    }
    m.done("sleep1m", static_cast<double>(n));
}

// `window` timers are pending at any time.
void timers_row(std::size_t n, std::size_t window) {
    constexpr std::int64_t far = 10'000'000'000;
    std::vector<timer> all(window);
    meter const m;
    for (std::size_t i = 0; i < n; ++i) {
        timer& next = all[i % window];
        if (i >= window) timers.remove(next);
        next.due = now() + far;
        timers.add(next);
    }
    m.done("timers", static_cast<double>(n));
}

// A thread asks the loop, by an eventfd, and waits for its answer.
void cross_thread_row(std::size_t n) {
    int const bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int const kernel = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(kernel, EPOLL_CTL_ADD, bell, &event);
    std::binary_semaphore answered(0);
    meter const m;
    std::thread asking([&] {
        for (std::size_t i = 0; i < n; ++i) {
            std::uint64_t const one = 1;
            if (::write(bell, &one, sizeof one) < 0) std::abort();
            answered.acquire();
        }
    });
    for (std::size_t i = 0; i < n; ++i) {
        ::epoll_wait(kernel, &event, 1, -1);
        std::uint64_t rung = 0;
        if (::read(bell, &rung, sizeof rung) < 0) std::abort();
        answered.release();
    }
    asking.join();
    m.done("xthread", static_cast<double>(n));
}

}  // namespace

int main(int count, char** words) {
    std::size_t const window = count == 4 ? static_cast<std::size_t>(std::atoll(words[3])) : 10'000;
    std::map<std::string_view, std::function<void(std::size_t)>> const rows{
        {"yield", yield_row},
        {"spawn", [](std::size_t n) { one_turn_row("spawn", n, spawns); }},
        {"call1", [](std::size_t n) { one_turn_row("call1", n, [](std::size_t m) { return calls(m, 1); }); }},
        {"call20", [](std::size_t n) { one_turn_row("call20", n, [](std::size_t m) { return calls(m, 20); }); }},
        {"gather1k",
         [](std::size_t n) { one_turn_row("gather1k", n, [](std::size_t m) { return gathers(m / 1000); }); }},
        {"timers", [&](std::size_t n) { timers_row(n, window); }},
        {"queue1", [](std::size_t n) { queue_row("queue1", n, 1); }},
        {"queue1024", [](std::size_t n) { queue_row("queue1024", n, 1024); }},
        {"lock", [](std::size_t n) { permits_row("lock", n, 1); }},
        {"semaphore", [](std::size_t n) { permits_row("semaphore", n, 10); }},
        {"sleep1m", sleep_row},
        {"xthread", cross_thread_row},
    };
    auto const row = count >= 3 ? rows.find(words[1]) : rows.end();
    if (row == rows.end()) {
        std::puts("SKIP");
        return 3;
    }
    row->second(static_cast<std::size_t>(std::atoll(words[2])));
}
