// Cancelled at every point, or short of memory: no item of a generator is lost, and none is left open.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

/// Its items come in order, none is lost, and it is closed once it was begun, however it is left.
struct draws_from_a_generator : scenario {
    int running = 0;
    int given = 0;
    int got = 0;
    int begun = 0;
    int cleaned_up = 0;
    rota::async_generator<int> items(int n) {
        counted const here(running);
        std::exception_ptr error;
        auto cleaning_up = clean_up();  // its frame is had before it is needed
        ++begun;
        try {
            for (int i = 0; i < n; ++i) {
                if (i % 2 == 1) co_await rota::sleep(1ms);
                ++given;
                co_yield i;
            }
        } catch (...) {
            error = std::current_exception();
        }
        co_await rota::with_shield(std::move(cleaning_up));
        if (error) std::rethrow_exception(error);
    }
    coro<> clean_up() {
        ++cleaned_up;
        co_await rota::sleep(1ms);
    }
    coro<> subject() override {
        auto gen = items(5);
        while (auto item = co_await gen.next()) {
            require(*item == got % 5, "the items are out of order");
            ++got;
            co_await rota::yield();
        }
        auto left = items(5);
        while (auto item = co_await left.next()) {
            ++got;
            if (*item == 1) break;
        }
        co_await left.aclose();
        co_await rota::yield();
    }
    coro<> verify() override {
        require(given == got, "an item is lost");
        // One that was dropped is closed by the loop.
        for (int i = 0; i < 10 && running > 0; ++i) co_await rota::sleep(1ms);
        require(running == 0 && cleaned_up >= begun, "a generator was left, and not closed");
    }
};
TEST(TortureGenerators, AsyncGenerator) {
    torture<draws_from_a_generator>("async_generator.next, async_generator.aclose");
}

struct closes_a_generator : draws_from_a_generator {
    coro<> subject() override {
        auto const first = [this](auto& gen) -> coro<int> {
            while (auto item = co_await gen.next()) {
                ++got;
                if (*item == 3) co_return *item;
            }
            co_return -1;
        };
        require(co_await rota::with_aclosing(items(10), first) == 3, "the value is lost");
        co_await rota::yield();
    }
};
TEST(TortureGenerators, WithAclosing) { torture<closes_a_generator>("with_aclosing"); }

}  // namespace
