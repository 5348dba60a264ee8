// Outcomes of work in threads and of names that are looked up.
#include "thread/gate.hpp"
#include "world/outcome.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/net/getaddrinfo.hpp>
#include <rota/thread/to_thread.hpp>

#include <atomic>
#include <stdexcept>

namespace {

using namespace world_kit;

scope with_threads() { return kernel_only("a simulation runs the work inline, so nobody is there meanwhile"); }

/// On a real kernel one that is no literal and in no hosts file, so that a thread has to look it up.
char const* name_to_ask_for() {
    return rota::running_loop().kernel().kind() == rota::engine_kind::simulated ? "localhost" : "127.1";
}

bool const entered = [] {
    of("threads", "to_thread")
        .can("done",
             []() -> coro<> {
                 auto work = [] { return 7; };
                 EXPECT_EQ(co_await rota::to_thread(work), 7);
             })
        .can("an error",
             []() -> coro<> {
                 auto work = [] { throw std::runtime_error("broken"); };
                 EXPECT_EQ(co_await what_of<std::runtime_error>(rota::to_thread(work)), "broken");
             })
        .can("cancelled before",
             []() -> coro<> {
                 std::atomic<bool> ran = false;
                 auto work = [&] { ran = true; };
                 auto late = [&]() -> coro<> {
                     rota::current_task().cancel();
                     co_await rota::to_thread(work);
                 };
                 auto const working = rota::create_task(late());
                 co_await ended(working);
                 EXPECT_TRUE(working.cancelled());
                 EXPECT_FALSE(ran);
             })
        .can("cancelled while", with_threads(),
             []() -> coro<> {
                 thread_kit::gate held;
                 auto work = [&] {
                     held.wait();
                     return 7;
                 };
                 auto wait = [&]() -> coro<int> { co_return co_await rota::to_thread(work); };
                 auto const working = rota::create_task(wait());
                 co_await rota::yield();
                 held.wait_for_somebody();
                 working.cancel();
                 co_await rota::sleep(5ms);
                 // What runs is awaited, and its result delivered.
                 EXPECT_FALSE(working.done());
                 held.open();
                 co_await ended(working);
                 EXPECT_FALSE(working.cancelled());
                 EXPECT_EQ(co_await working, 7);
             })
        .can("time-out", with_threads(), []() -> coro<> {
            thread_kit::gate held;
            auto work = [&] { held.wait(); };
            auto wait = [&]() -> coro<> {
                try {
                    co_await rota::wait_for(rota::to_thread(work), 1ms);
                } catch (rota::timeout_error const&) {}
            };
            auto const waiting = rota::create_task(wait());
            co_await rota::yield();
            held.wait_for_somebody();
            co_await rota::sleep(5ms);
            // Not before the work has ended, which may use the caller's variables.
            EXPECT_FALSE(waiting.done());
            held.open();
            co_await ended(waiting);
        });
    of("threads", "to_thread(abandon_on_cancel)").can("cancelled while", with_threads(), []() -> coro<> {
        auto const held = std::make_shared<thread_kit::gate>();
        auto work = [](std::shared_ptr<thread_kit::gate> const& gate) { gate->wait(); };
        auto wait = [&]() -> coro<> { co_await rota::to_thread(rota::abandon_on_cancel, work, held); };
        auto const working = rota::create_task(wait());
        co_await rota::yield();
        held->wait_for_somebody();
        working.cancel();
        co_await ended(working);
        EXPECT_TRUE(working.cancelled());
        held->open();
    });
    of("threads", "getaddrinfo")
        .can("done",
             []() -> coro<> {
                 auto const all = co_await rota::getaddrinfo(name_to_ask_for(), 80);
                 EXPECT_FALSE(all.empty());
             })
        .can("done at once",
             []() -> coro<> {
                 auto const all = co_await rota::getaddrinfo("localhost", 80);
                 EXPECT_FALSE(all.empty());
             })
        .can("no such name", []() -> coro<> { co_await what_of<rota::name_error>(rota::getaddrinfo("no..such", 80)); })
        .can("cancelled before",
             kernel_only("a simulation answers at once, and the cancel comes out of the next await"),
             []() -> coro<> {
                 auto late = []() -> coro<> {
                     rota::current_task().cancel();
                     (void)co_await rota::getaddrinfo(name_to_ask_for(), 80);
                 };
                 auto const asking = rota::create_task(late());
                 co_await ended(asking);
                 EXPECT_TRUE(asking.cancelled());
             })
        .can("cancelled while", []() -> coro<> {
            auto ask = []() -> coro<> { (void)co_await rota::getaddrinfo(name_to_ask_for(), 80); };
            auto const asking = rota::create_task(ask());
            co_await rota::yield();
            asking.cancel();
            co_await rota::yield();
            co_await rota::yield();
            EXPECT_TRUE(asking.done());
        });
    return true;
}();

}  // namespace
