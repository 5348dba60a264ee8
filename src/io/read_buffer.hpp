// What a stream has received and nobody has read yet.
#pragma once

#include "base/receive_blocks.hpp"

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0::detail {

/// Bytes come in at the end of one block and leave at its beginning. The block is borrowed while there are bytes in it, so
/// that a stream which waits has none. One that has to be larger than what is lent is a string, so that a large read gives
/// it away instead of copying it.
class read_buffer {
public:
    read_buffer() = default;
    read_buffer(read_buffer const&) = delete;
    read_buffer& operator=(read_buffer const&) = delete;
    ~read_buffer() { rest(); }

    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return end_ == begin_; }
    std::string_view view() const noexcept { return {block_ + begin_, size()}; }

    /// Puts in a borrowed block, which holds `bytes`. It was empty and at rest.
    void adopt(void* block, std::size_t capacity, std::size_t bytes) noexcept {
        block_ = static_cast<char*>(block);
        capacity_ = capacity;
        end_ = bytes;
    }

    /// Room for about `wish` bytes behind those that are there, at least half of it; nothing where memory is short.
    std::span<char> room(std::size_t wish) noexcept {
        if (begin_ != 0 && capacity_ - end_ < wish) {
            std::memmove(block_, block_ + begin_, size());
            end_ -= std::exchange(begin_, 0);
        }
        if (capacity_ - end_ < wish / 2 && !grow(end_ + wish)) return {};
        return {block_ + end_, capacity_ - end_};
    }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }
    /// False: memory is short, and nothing was put in.
    bool append(std::string_view bytes) noexcept {
        if (bytes.empty()) return true;
        if (capacity_ - end_ < bytes.size() && !grow(end_ + bytes.size())) return false;
        std::memcpy(block_ + end_, bytes.data(), bytes.size());
        commit(bytes.size());
        return true;
    }

    /// What was consumed can be looked at until `rest`.
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    /// An empty one has no block.
    void rest() noexcept {
        if (borrowed()) receive_blocks::give_back(block_, capacity_);
        if (!own_.empty()) std::string().swap(own_);
        block_ = nullptr;
        begin_ = end_ = capacity_ = 0;
    }

    std::string take(std::size_t bytes) {
        if (!own_.empty() && begin_ == 0 && bytes >= capacity_ / 2) {
            std::string rest_of_it(own_, bytes, end_ - bytes);
            own_.resize(bytes);
            std::string taken = std::exchange(own_, std::move(rest_of_it));
            block_ = own_.empty() ? nullptr : own_.data();
            end_ = capacity_ = own_.size();
            return taken;
        }
        std::string taken(view().substr(0, bytes));
        consume(bytes);
        if (empty()) rest();
        return taken;
    }

    void take_into(char* to, std::size_t bytes) noexcept {
        if (bytes != 0) std::memcpy(to, block_ + begin_, bytes);
        consume(bytes);
        if (empty()) rest();
    }

private:
    bool borrowed() const noexcept { return block_ != nullptr && own_.empty(); }

    bool grow(std::size_t wanted) noexcept {
        if (own_.empty() && wanted <= receive_blocks::largest) {
            std::size_t const larger = receive_blocks::size_for(wanted);
            auto* const block = static_cast<char*>(receive_blocks::take(larger));
            if (block == nullptr) return false;
            if (end_ != 0) std::memcpy(block, block_, end_);
            if (borrowed()) receive_blocks::give_back(block_, capacity_);
            block_ = block;
            capacity_ = larger;
            return true;
        }
        try {
            if (own_.empty()) {
                std::string larger;
                larger.resize(wanted);
                if (end_ != 0) std::memcpy(larger.data(), block_, end_);
                if (borrowed()) receive_blocks::give_back(block_, capacity_);
                own_ = std::move(larger);
            } else {
                own_.resize(wanted);
            }
        } catch (std::exception const&) {
            return false;
        }
        block_ = own_.data();
        capacity_ = own_.size();
        return true;
    }

    char* block_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string own_;  // not empty: the block is its
};

}  // namespace rota::inline v0::detail
