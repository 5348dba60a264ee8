#include <rota/io/memory_stream.hpp>

#include <rota/base/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

namespace rota::inline v0 {
namespace {

/// One way: bytes go in at one end and come out at the other; whoever has to wait leaves its operation.
class pipe {
public:
    explicit pipe(std::size_t capacity)
        : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

    bool read(receive_operation& op) noexcept {
        if (size_ == 0 && !ended_) {
            reading_ = &op;
            return false;
        }
        op.finish_at_once(take(op));
        if (writing_ != nullptr) {
            auto& waiting = *std::exchange(writing_, nullptr);
            waiting.finish(put(waiting));
        }
        return true;
    }

    bool write(send_operation& op) noexcept {
        if (size_ == capacity_ && !deaf_ && !ended_) {
            writing_ = &op;
            return false;
        }
        op.finish_at_once(put(op));
        serve_reader();
        return true;
    }

    /// No more will be written.
    void end() noexcept {
        ended_ = true;
        if (writing_ != nullptr) std::exchange(writing_, nullptr)->finish(-ECANCELED);
        serve_reader();
    }

    /// Nobody will read any more.
    void deafen() noexcept {
        deaf_ = true;
        if (reading_ != nullptr) std::exchange(reading_, nullptr)->finish(-ECANCELED);
        if (writing_ != nullptr) std::exchange(writing_, nullptr)->finish(-EPIPE);
    }

    void cancel(operation& op) noexcept {
        if (reading_ == &op) std::exchange(reading_, nullptr)->finish(-ECANCELED);
        if (writing_ == &op) std::exchange(writing_, nullptr)->finish(-ECANCELED);
    }

private:
    void serve_reader() noexcept {
        if (reading_ == nullptr || (size_ == 0 && !ended_)) return;
        auto& waiting = *std::exchange(reading_, nullptr);
        waiting.finish(take(waiting));
    }

    std::int32_t take(receive_operation& op) noexcept {
        std::size_t const bytes = std::min({op.length(), size_, std::size_t{INT_MAX}});
        if (bytes == 0) return 0;
        auto* const into = static_cast<char*>(op.buffer());
        if (into == nullptr) return -ENOMEM;
        std::size_t const first = std::min(bytes, capacity_ - begin_);
        std::memcpy(into, bytes_.get() + begin_, first);
        std::memcpy(into + first, bytes_.get(), bytes - first);
        begin_ = (begin_ + bytes) % capacity_;
        size_ -= bytes;
        return static_cast<std::int32_t>(bytes);
    }

    std::int32_t put(send_operation const& op) noexcept {
        if (deaf_ || ended_) return -EPIPE;
        std::size_t const bytes = std::min({op.length, capacity_ - size_, std::size_t{INT_MAX}});
        std::size_t const end = (begin_ + size_) % capacity_;
        std::size_t const first = std::min(bytes, capacity_ - end);
        std::memcpy(bytes_.get() + end, op.data, first);
        std::memcpy(bytes_.get(), static_cast<char const*>(op.data) + first, bytes - first);
        size_ += bytes;
        return static_cast<std::int32_t>(bytes);
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
    bool ended_ = false;
    bool deaf_ = false;
    receive_operation* reading_ = nullptr;
    send_operation* writing_ = nullptr;
};

class memory_transport final : public transport {
public:
    memory_transport(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out) noexcept
        : in_(std::move(in)), out_(std::move(out)) {}

    bool start_read(receive_operation& op) noexcept override { return in_->read(op); }
    bool start_write(send_operation& op) noexcept override { return out_->write(op); }
    bool start_shutdown(shutdown_operation& op) noexcept override {
        out_->end();
        op.finish_at_once(0);
        return true;
    }
    bool start_close(close_operation& op) noexcept override {
        close();
        op.finish_at_once(0);
        return true;
    }
    void close() noexcept override {
        out_->end();
        in_->deafen();
    }
    void cancel(operation& op) noexcept override {
        in_->cancel(op);
        out_->cancel(op);
    }
    std::string peer_name() const override { return "memory"; }

private:
    std::shared_ptr<pipe> in_;
    std::shared_ptr<pipe> out_;
};

}  // namespace

std::pair<stream, stream> memory_stream_pair(std::size_t capacity, stream_options const& options) {
    if (capacity == 0) detail::throw_usage_error("memory_stream_pair: a capacity of 0 lets nothing through");
    auto const there = std::make_shared<pipe>(capacity);
    auto const back = std::make_shared<pipe>(capacity);
    return {stream(std::make_unique<memory_transport>(back, there), options),
            stream(std::make_unique<memory_transport>(there, back), options)};
}

}  // namespace rota::inline v0
