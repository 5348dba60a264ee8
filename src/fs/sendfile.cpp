#include <rota/fs/sendfile.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace rota::inline v0 {
namespace {

constexpr std::uint64_t largest_piece = std::uint64_t{256} * 1024;

}  // namespace

coro<std::string_view> detail::file_pieces::next() {
    auto const most = static_cast<std::size_t>(std::min(left_.value_or(largest_piece), largest_piece));
    if (most == 0) co_return std::string_view();
    if (room_.size() < most) room_.resize(most);
    std::size_t const size = co_await from_.read_at(offset_, std::span<char>(room_.data(), most));
    co_return std::string_view(room_.data(), size);
}

void detail::file_pieces::sent(std::size_t size) {
    offset_ += size;
    total_ += size;
    if (left_) *left_ -= size;
    from_.seek(offset_);
}

coro<std::uint64_t> sendfile(stream& to, file& from, std::uint64_t offset, std::optional<std::uint64_t> count) {
    detail::file_pieces pieces(from, offset, count);
    for (;;) {
        std::string_view const piece = co_await pieces.next();
        if (piece.empty()) break;
        co_await to.write(piece);
        pieces.sent(piece.size());
    }
    co_return pieces.total();
}

}  // namespace rota::inline v0
