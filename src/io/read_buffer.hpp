// What a stream has received and nobody has read yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0::detail {

/// Bytes come in at the end of one block and leave at its beginning. The block is a string, so that a large read gives it
/// away instead of copying it.
class read_buffer {
public:
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return end_ == begin_; }
    std::string_view view() const noexcept { return {block_.data() + begin_, size()}; }

    /// At least `wish` bytes to receive into, or nothing where memory is short.
    std::span<char> room(std::size_t wish) noexcept {
        if (empty()) begin_ = end_ = 0;
        if (block_.size() - end_ < wish && begin_ != 0) {
            std::memmove(block_.data(), block_.data() + begin_, size());
            end_ -= std::exchange(begin_, 0);
        }
        if (block_.size() - end_ < wish) {
            try {
                block_.resize(end_ + wish);
            } catch (std::exception const&) {
                return {};
            }
        }
        return {block_.data() + end_, block_.size() - end_};
    }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }

    void consume(std::size_t bytes) noexcept {
        begin_ += bytes;
        if (!empty()) return;
        begin_ = end_ = 0;
        if (block_.capacity() > most_kept) std::string().swap(block_);
    }

    std::string take(std::size_t bytes) {
        if (begin_ == 0 && bytes >= worth_giving && bytes >= block_.capacity() / 2) {
            std::string rest(block_, bytes, end_ - bytes);
            block_.resize(bytes);
            std::string taken = std::exchange(block_, std::move(rest));
            end_ = block_.size();
            return taken;
        }
        std::string taken(view().substr(0, bytes));
        consume(bytes);
        return taken;
    }

    void take_into(char* to, std::size_t bytes) noexcept {
        if (bytes != 0) std::memcpy(to, block_.data() + begin_, bytes);
        consume(bytes);
    }

private:
    static constexpr std::size_t worth_giving = std::size_t{16} * 1024;
    static constexpr std::size_t most_kept = std::size_t{128} * 1024;

    std::string block_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace rota::inline v0::detail
