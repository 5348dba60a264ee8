#pragma once

#include <rota/base/intrusive_list.hpp>
#include <rota/detail/callback_node.hpp>

#include <cstddef>

namespace rota::inline v0 {

class loop;

namespace detail {

struct generator_base;

/// A loop's generators that were begun and are not over. Those that were dropped it closes, each in a task of its own; the
/// others when the loop ends.
class open_generators {
public:
    explicit open_generators(loop& home) noexcept : home_(home), close_dropped_(*this) {}
    open_generators(open_generators const&) = delete;
    open_generators& operator=(open_generators const&) = delete;

    void add(generator_base& begun) noexcept;
    /// Its handle is gone: closes it, by way of the ready queue, so that nothing is allocated here.
    void drop(generator_base& suspended) noexcept;

    /// Lets all of them be closed. False: there are none.
    bool close_all() noexcept;
    /// How many are being closed.
    std::size_t closing() const noexcept { return closing_; }

    /// The loop ends: they are on their own from now on.
    void abandon() noexcept;

private:
    friend class closing_generator;

    struct callback final : callback_node {
        explicit callback(open_generators& of) noexcept : owner(of) {}
        void call() override;
        void discard() noexcept override {}
        void destroy() noexcept override {}
        open_generators& owner;
        bool queued = false;
    };

    void close_dropped();
    void make_closer(generator_base& suspended);

    loop& home_;
    intrusive_list<generator_base> open_;
    intrusive_list<generator_base> dropped_;  // and nobody closes them yet
    std::size_t closing_ = 0;
    callback close_dropped_;
};

}  // namespace detail
}  // namespace rota::inline v0
