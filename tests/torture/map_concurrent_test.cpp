// Cancelled at every point, or short of memory: what a map has begun ends with it, and no item is given out twice.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct maps : scenario {
    int running = 0;
    coro<> verify() override {
        require(running == 0, "a child runs on");
        co_return;
    }
};

struct maps_a_range : maps {
    coro<> subject() override {
        std::vector<int> const items{0, 1, 2, 3, 4};
        auto const work = [this](int item) {
            return value_after(running, item, std::chrono::milliseconds(2 - item % 3));
        };
        auto const got = co_await rota::map_concurrent(items, 2, work);
        require(got == items, "a value is lost");
        co_await rota::yield();
    }
};
TEST(TortureMapConcurrent, ARange) { torture<maps_a_range>("map_concurrent/of a range"); }

struct maps_a_failing_one : maps {
    bool caught = false;
    coro<> subject() override {
        std::vector<int> const items{0, 1, 2, 3, 4};
        auto const work = [this](int item) {
            return item == 2 ? error_after(running, 1ms) : value_after(running, item, item == 0 ? 1h : 1ms);
        };
        try {
            (void)co_await rota::map_concurrent(items, 2, work);
        } catch (std::runtime_error const&) {
            caught = true;
        }
        require(caught && running == 0, "the error came before the end of all");
        std::vector<int> const two{2, 1};
        auto const all = co_await rota::map_concurrent(rota::return_exceptions, two, 2, work);
        require(!all[0] && all[1].value() == 1, "a result is lost");
        co_await rota::yield();
    }
};
TEST(TortureMapConcurrent, AFailingOne) { torture<maps_a_failing_one>("map_concurrent/of a failing one"); }

/// Items that are awaited, as those of a generator are.
struct maps_a_queue : maps {
    rota::queue<int> items;
    int put = 0;
    int given = 0;
    int left = 4;
    bool caught = false;

    coro<std::optional<int>> next() {
        if (left == 0) co_return std::nullopt;
        int const item = co_await items.get();
        --left;
        ++given;
        co_return item;
    }
    coro<> subject() override {
        auto const work = [this](int item) { return value_after(running, item, 2ms); };
        co_await rota::for_each_concurrent(*this, 2, work);
        require(left == 0, "an item was not asked for");
        left = 100;
        auto const fails = [this](int) { return error_after(running, 1ms); };
        try {
            co_await rota::for_each_concurrent(*this, 2, fails);
        } catch (std::runtime_error const&) {
            caught = true;
        }
        require(caught, "the error is lost");
        co_await rota::yield();
    }
    coro<> environment() override {
        for (int i = 0; i < 5; ++i) {
            items.put_nowait(i);
            ++put;
            co_await rota::sleep(1ms);
        }
    }
    coro<> verify() override {
        require(running == 0, "a child runs on");
        require(put == given + static_cast<int>(items.qsize()), "an item is lost");
        co_return;
    }
};
TEST(TortureMapConcurrent, ItemsThatAreAwaited) { torture<maps_a_queue>("for_each_concurrent"); }

}  // namespace
