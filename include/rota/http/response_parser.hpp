#pragma once

#include <rota/base/export.hpp>
#include <rota/http/errors.hpp>
#include <rota/http/headers.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0::http {

/// Status line and header fields of a response.
struct response_head {
    int status = 0;
    /// The y of HTTP/1.y: 0 or 1.
    int minor_version = 1;
    std::string reason;
    headers fields;
};

/// What a response may cost before its body begins, and between its chunks. The numbers are aiohttp's where it has them.
struct parser_limits {
    parser_limits() = default;

    /// Bytes of the status line, or of one header field.
    std::size_t line = 8190;
    /// Header fields of a response; the same again for its trailers.
    std::size_t fields = 128;
    /// Bytes of status line and header fields together; the same again for the trailers.
    std::size_t head = 65536;
    /// Bytes of a line that tells the size of a chunk, with its extensions.
    std::size_t chunk_line = 256;
    /// Responses of status 1xx that come before the one that counts.
    std::size_t informational = 16;
};

/// Reads the response to one GET, in pieces of any size, and is strict: what RFC 9112 does not allow is an error where two
/// readers could differ on it, so that nothing can be smuggled past the one or the other. Lines end in CR LF; no field is
/// folded over lines; there is one `Content-Length` or one `Transfer-Encoding: chunked`, never both.
///
/// It does no input or output, keeps at most one line, and hands the body on in views of what it was fed.
class ROTA_API response_parser {
public:
    explicit response_parser(parser_limits const& limits = {}) : limits_(limits) {}

    /// What `feed` took.
    struct piece {
        /// How many bytes of the input are done with. 0 only for empty input, or where the response is complete.
        std::size_t taken = 0;
        /// A part of the body; it points into the input.
        std::string_view body;
    };

    /// Takes a part of `input`: up to the end of the head, or the next part of the body, or up to the end of the response.
    /// Call it until the input is used up or `complete()`; what then is left belongs to no response.
    ///
    /// Errors: `protocol_error`; the parser then stays of no use until `reset`.
    piece feed(std::string_view input);

    /// The connection was closed by the server: the end of a body that has no other one, else `truncated_error`.
    void finish();

    /// Makes ready for the next response.
    void reset();

    /// Whether the head is whole; it is there until `reset`.
    bool has_head() const noexcept { return state_ > state::head_line; }
    bool complete() const noexcept { return state_ == state::complete; }
    /// Whether anything at all came since `reset`.
    bool started() const noexcept { return started_; }
    /// Whether the connection may serve another request once this response is complete.
    bool keep_alive() const noexcept { return keep_alive_; }

    /// The head, where `has_head`; `take_head` moves it out.
    response_head const& head() const noexcept { return head_; }
    response_head&& take_head() noexcept { return static_cast<response_head&&>(head_); }
    /// Fields that came after a chunked body. They are not part of `head().fields`: what is said there was checked before.
    headers const& trailers() const noexcept { return trailers_; }
    /// How long the body will be, where the server said so.
    std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }
    /// How much of the body has come.
    std::uint64_t body_received() const noexcept { return body_received_; }

private:
    enum class state : std::uint8_t {
        status_line,
        head_line,
        sized_body,
        body_to_the_end,
        chunk_line,
        chunk_data,
        chunk_end,
        trailer_line,
        complete,
        failed,
    };

    [[noreturn]] void fail(std::string const& why);
    std::optional<std::string_view> take_line(std::string_view& input, std::size_t longest);
    std::string_view take_body(std::string_view& input);
    void read_line(std::string_view line);
    void read_status_line(std::string_view line);
    void read_field(std::string_view line, headers& into);
    void read_chunk_line(std::string_view line);
    void count_head_bytes(std::size_t more);
    void head_is_whole();
    void decide_framing();

    parser_limits limits_;
    response_head head_;
    headers trailers_;
    std::string line_;
    std::optional<std::uint64_t> content_length_;
    std::uint64_t remaining_ = 0;
    std::uint64_t body_received_ = 0;
    std::size_t head_bytes_ = 0;
    std::size_t informational_ = 0;
    state state_ = state::status_line;
    bool started_ = false;
    bool keep_alive_ = false;
};

}  // namespace rota::inline v0::http
