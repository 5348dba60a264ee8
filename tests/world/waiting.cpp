#include "world/waiting.hpp"

namespace world_kit {
namespace {

coro<> finishes_at_once(waiting& on) {
    co_await on.let();
    EXPECT_EQ(co_await rota::wait_for(on.ask(), 10s), on.gives);
}

coro<> finishes(waiting& on) {
    auto const asking = rota::create_task(on.ask());
    co_await rota::sleep(5ms);
    EXPECT_FALSE(asking.done());
    co_await on.let();
    co_await rota::with_timeout(10s, ended(asking));
    EXPECT_EQ(co_await asking, on.gives);
}

coro<> is_cancelled_before(waiting& on) {
    auto late = [&]() -> coro<std::string> {
        rota::current_task().cancel();
        auto got = co_await on.ask();
        co_return got;
    };
    auto const asking = rota::create_task(late());
    co_await ended(asking);
    EXPECT_TRUE(asking.cancelled());
    co_await finishes_at_once(on);
}

coro<> is_cancelled_while(waiting& on) {
    auto const asking = rota::create_task(on.ask());
    co_await rota::sleep(5ms);
    asking.cancel();
    co_await ended(asking);
    EXPECT_TRUE(asking.cancelled());
    co_await finishes(on);
}

/// Whichever is first, what was made is given once: by this await, or by the next.
coro<> is_cancelled_as_it_ends(waiting& on) {
    auto const asking = rota::create_task(on.ask());
    co_await rota::sleep(5ms);
    co_await on.let();
    asking.cancel();
    co_await ended(asking);
    if (asking.cancelled()) {
        EXPECT_EQ(co_await rota::wait_for(on.ask(), 10s), on.gives);
    } else {
        EXPECT_EQ(co_await asking, on.gives);
    }
    co_await is_cancelled_while(on);
}

coro<> times_out(waiting& on) {
    co_await what_of<rota::timeout_error>(rota::wait_for(on.ask(), 10ms));
    co_await finishes_at_once(on);
}

coro<> is_closed_meanwhile(waiting& on) {
    auto const asking = rota::create_task(fails(std::errc::bad_file_descriptor, on.ask()));
    co_await rota::sleep(5ms);
    co_await on.close();
    co_await rota::with_timeout(10s, ended(asking));
    co_await asking;
    co_await fails(std::errc::bad_file_descriptor, on.ask());
}

}  // namespace

void add_waiting(of& to, waiting_subject subject, scope const& where, bool can_be_closed) {
    struct shared_outcome {
        char const* name;
        coro<> (*check)(waiting&);
    };
    std::vector<shared_outcome> all = {
        {"done at once", finishes_at_once},
        {"done", finishes},
        {"cancelled before", is_cancelled_before},
        {"cancelled while", is_cancelled_while},
        {"cancelled as it ends", is_cancelled_as_it_ends},
        {"time-out", times_out},
    };
    if (can_be_closed) all.push_back({"closed meanwhile", is_closed_meanwhile});
    for (auto const& each : all) to.can(each.name, where, [subject, check = each.check] { return subject(check); });
}

}  // namespace world_kit
