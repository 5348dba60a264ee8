// Cancelled at every point, or short of memory: stop tokens in and out lose nothing and leave no request behind.
#include "torture_kit.hpp"

#include <stop_token>

namespace {

using namespace torture_kit;

struct is_stopped : scenario {
    int running = 0;
    rota::queue<int> items;
    int put = 0;
    int got = 0;
    std::stop_source source;

    coro<> subject() override {
        int const value = co_await rota::with_stop_token(source.get_token(), value_after(running, 1, 1ms));
        require(value == 1, "the value is lost");
        auto const taken = co_await rota::as_result(rota::with_stop_token(source.get_token(), take()));
        require(taken.cancelled() && running == 0, "it was not stopped");
        (void)co_await rota::as_result(rota::with_stop_token(source.get_token(), rota::yield()));
        co_await rota::yield();
    }
    coro<> take() {
        counted const here(running);
        for (;;) {
            got += co_await items.get();
            co_await rota::yield();
        }
    }
    coro<> environment() override {
        for (int i = 0; i < 3; ++i) {
            items.put_nowait(1);
            ++put;
            co_await rota::sleep(1ms);
        }
        items.put_nowait(1);
        ++put;
        source.request_stop();
    }
    coro<> verify() override {
        require(running == 0, "the body runs on");
        require(put == got + static_cast<int>(items.qsize()), "an item is lost");
        co_return;
    }
};
TEST(TortureStopToken, In) { torture<is_stopped>("with_stop_token"); }

struct asks_to_stop : scenario {
    int running = 0;
    bool told = false;
    bool answered = false;

    coro<> subject() override {
        auto const fn = [](std::stop_token stop, asks_to_stop& self) { return self.body(std::move(stop)); };
        co_await rota::with_stop_source(fn, std::ref(*this));
        answered = true;
        co_await rota::yield();
    }
    coro<> body(std::stop_token stop) {
        counted const here(running);
        std::stop_callback const when_stopped(stop, [this] { told = true; });
        auto const slept = co_await rota::as_result(rota::sleep(2ms));
        require(!slept.cancelled() || told, "the cancel came without the stop");
    }
    coro<> verify() override {
        require(running == 0, "the body runs on");
        require(answered || !told, "the body's answer is lost");
        co_return;
    }
};
TEST(TortureStopToken, Out) { torture<asks_to_stop>("with_stop_source"); }

struct stops_a_thread : scenario {
    int begun = 0;
    int got = 0;
    coro<> subject() override {
        auto const work = [](std::stop_token const& stop, int& count) {
            scenario::require(!stop.stop_requested(), "work was begun that a cancel should have withdrawn");
            return ++count;
        };
        for (int i = 0; i < 2; ++i) {
            int const value = co_await rota::to_thread(work, std::ref(begun));
            require(value == i + 1, "another's result came");
            ++got;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        require(got == begun, "work was done, and its result is lost");
        co_return;
    }
};
TEST(TortureStopToken, OfAThread) { torture<stops_a_thread>("to_thread/that is told to stop", several_seeds); }

}  // namespace
