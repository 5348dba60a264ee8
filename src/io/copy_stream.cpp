#include <rota/io/copy_stream.hpp>

#include <string_view>

namespace rota::inline v0 {

coro<std::uint64_t> copy_stream(stream& from, stream& to) {
    std::uint64_t copied = 0;
    for (;;) {
        if (from.buffered().empty()) {
            bool const more = co_await from.fill();
            if (!more) co_return copied;
        }
        std::string_view const piece = from.buffered();
        co_await to.write(piece);
        from.consume(piece.size());
        copied += piece.size();
    }
}

}  // namespace rota::inline v0
