// Bytes on their way between OpenSSL and the transport below.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace rota::inline v0::detail {

/// Bytes come in at the end of one block and leave at its beginning. Where memory is short it says so, and throws nothing.
class byte_block {
public:
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return end_ == begin_; }
    char const* data() const noexcept { return block_.get() + begin_; }
    std::size_t capacity() const noexcept { return capacity_; }

    /// Room for `bytes` more at the end.
    bool reserve(std::size_t bytes) noexcept {
        if (empty()) begin_ = end_ = 0;
        if (capacity_ - end_ >= bytes) return true;
        if (capacity_ - size() >= bytes) {
            std::memmove(block_.get(), block_.get() + begin_, size());
        } else {
            std::size_t const wanted = std::max(size() + bytes, std::min(2 * capacity_, most_doubled));
            std::unique_ptr<char[]> larger(new (std::nothrow) char[wanted]);
            if (!larger) return false;
            if (!empty()) std::memcpy(larger.get(), data(), size());
            block_ = std::move(larger);
            capacity_ = wanted;
        }
        end_ -= std::exchange(begin_, 0);
        return true;
    }
    /// What is free at the end.
    std::span<char> room() noexcept { return {block_.get() + end_, capacity_ - end_}; }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    bool append(char const* bytes, std::size_t count) noexcept {
        if (!reserve(count)) return false;
        if (count != 0) std::memcpy(block_.get() + end_, bytes, count);
        end_ += count;
        return true;
    }

    /// An empty one that is larger than `most` gives its memory back.
    void shrink(std::size_t most) noexcept {
        if (empty() && capacity_ > most) *this = byte_block();
    }

    byte_block() = default;
    byte_block(byte_block&& other) noexcept { swap(other); }
    byte_block& operator=(byte_block&& other) noexcept {
        byte_block taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~byte_block() = default;
    void swap(byte_block& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(capacity_, other.capacity_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
    }

private:
    static constexpr std::size_t most_doubled = std::size_t{64} * 1024;

    std::unique_ptr<char[]> block_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace rota::inline v0::detail
