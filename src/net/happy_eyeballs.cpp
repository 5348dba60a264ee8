#include "happy_eyeballs.hpp"

#include "socket_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/task_group.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/operation_awaiter.hpp>
#include <rota/sync/event.hpp>

#include <cerrno>
#include <memory>
#include <utility>

namespace rota::inline v0::detail {
namespace {

struct failed_attempt {
    failed_attempt(socket_address const& tried, std::int32_t result) : to(tried), error(-result) {}
    socket_address to;
    int error;
};

[[noreturn]] void fail(std::string const& name, std::vector<failed_attempt> const& attempts) {
    int const error = attempts.back().error;
    if (attempts.size() == 1) throw system_error(error, "connect", attempts.back().to.to_string());
    std::string object = name + " (";
    for (auto const& each : attempts) {
        if (&each != &attempts.front()) object += "; ";
        object += each.to.to_string() + ": " + std::generic_category().message(each.error);
    }
    throw system_error(error, "connect", object + ")");
}

/// 0 with `made` filled, or a negative errno.
coro<std::int32_t> connect_to(socket_address to, connection_options const& options, stream& made) {
    engine& kernel = running_loop().kernel();
    io_handle opened;
    std::int32_t result = kernel.open_socket(to.family(), opened);
    if (result < 0) co_return result;
    socket_holder socket(kernel, opened);
    if (options.local_address.family() != address_family::unspecified) {
        result = kernel.bind(socket.get(), options.local_address);
        if (result < 0) co_return result;
    }
    result = co_await operation_awaiter<connect_operation>("connect", socket.get(), to);
    // Another attempt may have come first meanwhile; the holder then closes this one.
    if (result < 0 || made) co_return result;
    if (options.no_delay) kernel.set_option(socket.get(), socket_option::no_delay, 1);
    auto over = std::make_unique<socket_transport>(running_loop(), socket.get(), to);
    made = stream(std::move(over), options.stream);
    socket.release();
    co_return 0;
}

/// Attempts beside each other, each begun when the one before has failed or has taken its time.
class race {
public:
    race(std::vector<socket_address> const& addresses, connection_options const& options) noexcept
        : addresses_(addresses), options_(options) {}

    coro<> run(task_group& group) {
        for (auto const& to : addresses_) {
            changed_.clear();
            group.create_task(attempt(to, group));
            try {
                co_await wait_for(changed_.wait(), options_.happy_eyeballs_delay);
            } catch (timeout_error const&) {
                // It is tried on beside the next.
            }
            if (winner_) co_return;
        }
    }

    stream& winner() noexcept { return winner_; }
    std::vector<failed_attempt> const& failed() const noexcept { return failed_; }

private:
    coro<> attempt(socket_address to, task_group& group) {
        std::int32_t const result = co_await connect_to(to, options_, winner_);
        if (result < 0)
            failed_.emplace_back(to, result);
        else
            group.cancel();
        changed_.set();
    }

    std::vector<socket_address> const& addresses_;
    connection_options const& options_;
    stream winner_;
    std::vector<failed_attempt> failed_;
    event changed_;
};

}  // namespace

std::vector<socket_address> interleave_families(std::vector<socket_address> addresses, std::size_t first) {
    if (first == 0 || addresses.empty()) return addresses;
    auto const family = addresses.front().family();
    std::vector<socket_address> same;
    std::vector<socket_address> others;
    for (auto const& each : addresses) (each.family() == family ? same : others).push_back(each);
    auto next = same.begin();
    auto next_other = others.begin();
    std::vector<socket_address> order;
    order.reserve(addresses.size());
    for (std::size_t i = 1; i < first && next != same.end(); ++i) order.push_back(*next++);
    while (next != same.end() || next_other != others.end()) {
        if (next != same.end()) order.push_back(*next++);
        if (next_other != others.end()) order.push_back(*next_other++);
    }
    return order;
}

coro<stream> connect_first(std::vector<socket_address> addresses, connection_options options) {
    if (addresses.empty()) throw_usage_error("open_connection: of no address; give at least one");
    if (addresses.size() == 1) {
        stream made;
        std::int32_t const result = co_await connect_to(addresses.front(), options, made);
        if (result < 0) fail(options.name, std::vector<failed_attempt>(1, failed_attempt(addresses.front(), result)));
        co_return made;
    }
    addresses = interleave_families(std::move(addresses), options.interleave);
    race all(addresses, options);
    auto const body = [&all](task_group& group) { return all.run(group); };
    co_await with_task_group(body);
    if (!all.winner()) fail(options.name, all.failed());
    co_return std::move(all.winner());
}

}  // namespace rota::inline v0::detail
