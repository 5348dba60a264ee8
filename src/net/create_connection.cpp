#include <rota/net/create_connection.hpp>

#include "io/protocol_state.hpp"

#include <rota/core/sleep.hpp>
#include <rota/core/with_shield.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace rota::inline v0::detail {

coro<protocol_transport> begin_protocol(stream connection, std::shared_ptr<base_protocol> calls) {
    // A server in this loop accepts it at the next look at the world, and needs a turn: its protocol hears of the connection
    // first, as in asyncio.
    co_await sleep(std::chrono::nanoseconds(1));
    for (int turn = 0; turn < 2; ++turn) co_await yield();
    auto attach = [&] { return attach_protocol(std::move(connection), std::move(calls)); };
    co_return co_await attach_and_wait(std::move(attach), &protocol_transport::abort);
}

coro<> serve_protocol(stream connection, std::shared_ptr<base_protocol> calls) {
    auto const made = attach_protocol(std::move(connection), std::move(calls));
    std::exception_ptr cancelled;
    try {
        co_await made.state().lost().wait();
    } catch (...) {
        cancelled = std::current_exception();
    }
    if (!cancelled) co_return;
    made.abort();
    co_await with_shield(made.state().lost().wait());
    std::rethrow_exception(cancelled);
}

}  // namespace rota::inline v0::detail
