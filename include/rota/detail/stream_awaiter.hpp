#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_state.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0::detail {

struct stream_state;

/// What a stream and whoever waits on it share. The operations and the buffer live in it, so awaiters stay small and a
/// stream may be moved, or dropped, while somebody waits.
struct stream_block {
    std::uint32_t references = 1;
};

class stream_ref {
public:
    stream_ref() = default;
    explicit stream_ref(stream_block* counted) noexcept : block_(counted) {}
    stream_ref(stream_ref const& other) noexcept : block_(other.block_) {
        if (block_ != nullptr) ++block_->references;
    }
    stream_ref(stream_ref&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    stream_ref& operator=(stream_ref other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~stream_ref() {
        if (block_ != nullptr && --block_->references == 0) destroy(block_);
    }

    stream_block* get() const noexcept { return block_; }
    explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    ROTA_API static void destroy(stream_block* block) noexcept;

    stream_block* block_ = nullptr;
};

/// Waits until the stream's buffer holds what is wanted. However many receives that takes, they are started from one's
/// completion and not from a coroutine.
class ROTA_API read_awaiter : public leaf {
public:
    enum class kind : std::uint8_t { some, exactly, until, until_any, line, all, into, more };

    read_awaiter(stream_ref of, kind what, std::size_t size, char const* data = nullptr) noexcept
        : stream_(std::move(of)), data_(data), size_(size), kind_(what) {}
    /// Until one of the separators.
    read_awaiter(stream_ref of, std::span<std::string_view const> separators) noexcept
        : stream_(std::move(of)), separators_(separators.data()), size_(separators.size()), kind_(kind::until_any) {}
    read_awaiter(read_awaiter&&) noexcept = default;
    ~read_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line));
    }

    bool take_cancel() noexcept;
    std::exception_ptr take_error();

    bool cancel(task_state&) noexcept override;
    char const* waits_for() const noexcept override { return "stream.read"; }

protected:
    std::string take_string();
    std::size_t take_count();
    /// The list of separators has moved.
    void look_for(std::string_view const* separators) noexcept { separators_ = separators; }

private:
    friend struct stream_state;
    enum class verdict : std::uint8_t { wait, enough, incomplete, overrun, failed, no_memory };

    bool begin(task_state& task);
    void leave() noexcept;
    void finish();
    stream_state& state() const noexcept;

    stream_ref stream_;
    task_state* task_ = nullptr;
    union {
        char const* data_;  // the separator, or where `into` puts it
        std::string_view const* separators_;
    };
    std::size_t size_;  // how many bytes are wanted; of a separator, its length; of several, their number
    kind kind_;
    verdict verdict_ = verdict::wait;
};

struct string_read_awaiter final : read_awaiter {
    using read_awaiter::read_awaiter;
    std::string await_resume() { return take_string(); }
};

/// A line, or nothing at the end.
struct line_read_awaiter final : read_awaiter {
    using read_awaiter::read_awaiter;
    std::optional<std::string> await_resume() {
        std::string line = take_string();
        return line.empty() ? std::nullopt : std::optional(std::move(line));
    }
};

/// Keeps its separators' list itself.
template <std::size_t N>
class separators_read_awaiter final : public read_awaiter {
public:
    separators_read_awaiter(stream_ref of, std::array<std::string_view, N> const& separators) noexcept
        : read_awaiter(std::move(of), separators), list_(separators) {}

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        look_for(list_.data());
        return read_awaiter::await_suspend(awaiting, line);
    }
    std::string await_resume() { return take_string(); }

private:
    std::array<std::string_view, N> list_;
};

struct count_read_awaiter final : read_awaiter {
    using read_awaiter::read_awaiter;
    std::size_t await_resume() { return take_count(); }
};

struct fill_awaiter final : read_awaiter {
    using read_awaiter::read_awaiter;
    bool await_resume() { return take_count() != 0; }
};

/// Waits for its turn among the stream's writers and until the transport has taken all bytes, or its end.
class ROTA_API write_awaiter final : public leaf, public list_node {
public:
    enum class kind : std::uint8_t { bytes, end };

    write_awaiter(stream_ref to, kind what, char const* data, std::size_t size) noexcept
        : stream_(std::move(to)), data_(data), size_(size), kind_(what) {}
    write_awaiter(write_awaiter&&) noexcept = default;
    ~write_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line));
    }
    void await_resume();

    bool take_cancel() const noexcept { return take_raise(); }
    std::exception_ptr take_error();

    bool cancel(task_state&) noexcept override;
    char const* waits_for() const noexcept override { return kind_ == kind::end ? "stream.write_eof" : "stream.write"; }

private:
    friend struct stream_state;
    enum class verdict : std::uint8_t { wait, done, failed, no_memory };

    bool begin(task_state& task);
    stream_state& state() const noexcept;

    stream_ref stream_;
    task_state* task_ = nullptr;
    char const* data_;
    std::size_t size_;
    std::size_t sent_ = 0;
    kind kind_;
    verdict verdict_ = verdict::wait;
};

/// Closes, and waits until that is done.
class ROTA_API close_awaiter final : public leaf, public list_node {
public:
    explicit close_awaiter(stream_ref of) noexcept : stream_(std::move(of)) {}
    close_awaiter(close_awaiter&&) noexcept = default;
    ~close_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line));
    }
    void await_resume() const { check_raise(); }

    bool cancel(task_state&) noexcept override { return false; }
    char const* waits_for() const noexcept override { return "stream.close"; }

private:
    friend struct stream_state;

    bool begin(task_state& task);

    stream_ref stream_;
    task_state* task_ = nullptr;
};

}  // namespace rota::inline v0::detail
