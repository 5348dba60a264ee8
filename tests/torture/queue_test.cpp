// Cancelled at every point, or short of memory: what was put into a queue was got, or is still there.
#include "torture_kit.hpp"

#include <algorithm>

namespace {

using namespace torture_kit;

using item = std::unique_ptr<int>;
struct smaller {
    bool operator()(item const& a, item const& b) const { return *a < *b; }
};

template <class Queue>
struct with_a_queue : scenario {
    Queue items{2};
    std::vector<int> put;
    std::vector<int> got;
    with_a_queue() {
        put.reserve(64);
        got.reserve(64);
    }
    coro<> put_some(int first, int count) {
        for (int i = 0; i < count; ++i) {
            co_await items.put(std::make_unique<int>(first + i));
            put.push_back(first + i);
            if (i % 2 == 1) co_await rota::yield();
        }
    }
    coro<> get_some(int count) {
        for (int i = 0; i < count; ++i) {
            auto const one = co_await items.get();
            got.push_back(*one);
            items.task_done();
            if (i % 2 == 1) co_await rota::yield();
        }
    }
    void take_what_is_left() {
        while (!items.empty()) {
            got.push_back(*items.get_nowait());
            items.task_done();
        }
    }
    void require_all() {
        take_what_is_left();
        std::ranges::sort(put);
        std::ranges::sort(got);
        require(put == got, "an item is lost, or came twice");
    }
};

template <class Queue>
struct gets_items : with_a_queue<Queue> {
    bool all_put = false;
    coro<> subject() override { co_await this->get_some(5); }
    coro<> environment() override {
        auto const other = create_task(this->get_some(2));
        co_await this->put_some(0, 7);
        all_put = true;
        co_await other;
    }
    coro<> verify() override {
        while (!all_put) {
            co_await turns(3);
            if (!all_put) co_await this->get_some(1);
        }
        co_await turns(10);
        this->require_all();
        co_await this->items.join();
    }
};

template <class Queue>
struct puts_items : with_a_queue<Queue> {
    rota::task<> other;
    coro<> subject() override { co_await this->put_some(0, 5); }
    coro<> environment() override {
        other = create_task(this->put_some(100, 3));
        co_await turns(2);
        while (!other.done() || this->got.size() < 8) co_await this->get_some(1);
    }
    coro<> verify() override {
        while (!other || !other.done()) {
            co_await turns(3);
            this->take_what_is_left();
        }
        co_await turns(10);
        this->require_all();
        co_await this->items.join();
    }
};

template <class Queue>
struct is_shut_down : with_a_queue<Queue> {
    coro<> subject() override {
        try {
            co_await this->get_some(2);
            co_await this->put_some(0, 5);
        } catch (rota::queue_shut_down const&) {}
        co_await rota::yield();
    }
    coro<> environment() override {
        auto const other = create_task(get_until_shut_down());
        co_await this->put_some(100, 3);
        co_await turns(2);
        this->items.shutdown();
        co_await other;
    }
    coro<> get_until_shut_down() {
        co_await turns(3);
        try {
            co_await this->get_some(2);
            co_await turns(2);
            co_await this->get_some(20);
        } catch (rota::queue_shut_down const&) {}
    }
    coro<> verify() override {
        co_await turns(30);
        this->require_all();
        co_await this->items.join();
    }
};

template <class Queue>
struct loops_over_items : with_a_queue<Queue> {
    coro<> subject() override { co_await loop(); }
    coro<> environment() override {
        auto const other = create_task(loop());
        co_await this->put_some(0, 5);
        this->items.shutdown();
        co_await other;
    }
    coro<> loop() {
        while (auto one = co_await this->items.next()) {
            this->got.push_back(**one);
            this->items.task_done();
        }
    }
    coro<> verify() override {
        co_await turns(30);
        this->require_all();
        co_await this->items.join();
    }
};

using fifo = rota::queue<item>;
using lifo = rota::lifo_queue<item>;
using priority = rota::priority_queue<item, smaller>;

TEST(TortureQueue, Get) { torture<gets_items<fifo>>("queue.get"); }
TEST(TortureQueue, Put) { torture<puts_items<fifo>>("queue.put"); }
TEST(TortureQueue, ShutDown) { torture<is_shut_down<fifo>>("queue.get/shut down"); }
TEST(TortureQueue, Next) { torture<loops_over_items<fifo>>("queue.next"); }
TEST(TortureLifoQueue, Get) { torture<gets_items<lifo>>("queue.get/lifo"); }
TEST(TortureLifoQueue, Put) { torture<puts_items<lifo>>("queue.put/lifo"); }
TEST(TortureLifoQueue, ShutDown) { torture<is_shut_down<lifo>>("queue.get/lifo, shut down"); }
TEST(TorturePriorityQueue, Get) { torture<gets_items<priority>>("queue.get/priority"); }
TEST(TorturePriorityQueue, Put) { torture<puts_items<priority>>("queue.put/priority"); }
TEST(TorturePriorityQueue, ShutDown) { torture<is_shut_down<priority>>("queue.get/priority, shut down"); }

struct emplaces_items : scenario {
    rota::queue<std::string> items{1};
    int put = 0;
    coro<> subject() override {
        for (; put < 3; ++put) co_await items.emplace(30U, 'x');
    }
    coro<> environment() override {
        for (int i = 0; i < 3; ++i) {
            co_await turns(2);
            require((co_await items.get()).size() == 30, "an item was put that is none");
            if (i == 2) co_await rota::yield();
        }
    }
};
TEST(TortureQueue, Emplace) { torture<emplaces_items>("queue.emplace"); }

struct joins : scenario {
    rota::queue<int> items;
    bool joined = false;
    int done = 0;
    coro<> subject() override {
        co_await items.join();
        joined = true;
        require(done == 3, "it did not wait for all");
        co_await rota::yield();
    }
    coro<> environment() override {
        for (; done < 3; ++done) {
            co_await turns(2);
            (void)co_await items.get();
            items.task_done();
        }
    }
    joins() {
        for (int i = 0; i < 3; ++i) items.put_nowait(i);
    }
    coro<> verify() override {
        co_await items.join();
        require(done >= 2 && items.empty(), "join did not wait for all");
    }
};
TEST(TortureQueue, Join) { torture<joins>("queue.join"); }

}  // namespace
