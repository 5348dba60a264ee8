#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/engine/operation.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace rota::inline v0::detail {

using poll_readiness = poll_operation::readiness;

/// Has a turn of its loop each time a descriptor of the program's is ready, for as long as it is: the loop looks anew
/// after each turn. Made and closed in the loop's thread.
class ROTA_API readiness_node : public waiting_callback_node {
public:
    /// Begins; `system_error` where the descriptor can not be waited for.
    void watch(char const* what, int descriptor);
    /// It is not called any more, and goes when the engine lets go of it.
    void close() noexcept;

    int descriptor() const noexcept { return descriptor_; }
    poll_readiness until() const noexcept { return until_; }

    void discard() noexcept final;
    void withdraw() noexcept final { stop(); }

protected:
    readiness_node(scheduler& home, poll_readiness until) noexcept : waiting_callback_node(home), until_(until) {}

private:
    struct waiting : poll_operation {
        waiting(readiness_node& node, io_handle handle) noexcept
            : poll_operation(handle, node.until_, &readiness_node::completed), owner(node) {}
        readiness_node& owner;
    };
    static void completed(operation& op) noexcept;
    void destroy() noexcept final { delete this; }
    bool wait() noexcept;
    void stop() noexcept;

    std::optional<waiting> waiting_;
    poll_readiness until_;
    int descriptor_ = -1;
    bool submitted_ = false;
    bool closed_ = false;
};

/// What `loop.add_reader` and `add_writer` were given.
template <class F>
class readiness_handler_node final : public readiness_node {
public:
    template <class G>
    readiness_handler_node(scheduler& home, poll_readiness until, G&& handler)
        : readiness_node(home, until), handler_(std::forward<G>(handler)) {}

    void call() override { std::invoke(handler_); }

private:
    F handler_;
};

}  // namespace rota::inline v0::detail
