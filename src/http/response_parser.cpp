#include <rota/http/response_parser.hpp>

#include <algorithm>
#include <limits>

namespace rota::inline v0::http {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// RFC 9110 5.6.2.
constexpr bool is_token_char(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_control(char c) noexcept {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

bool has_control(std::string_view text) noexcept { return std::any_of(text.begin(), text.end(), is_control); }

// What a server sent, fit for an error text.
std::string shown(std::string_view text) {
    constexpr std::size_t most = 60;
    constexpr char digits[] = "0123456789abcdef";
    std::string result = "'";
    for (char const c : text.substr(0, most)) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            result.push_back(c);
        else
            result.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
    }
    result += text.size() > most ? "...'" : "'";
    return result;
}

// The most a size may be: sums with it do not overflow, and a file can be that long.
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> parse_number(std::string_view digits, unsigned base) noexcept {
    if (digits.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (char const c : digits) {
        unsigned digit = 0;
        if (is_digit(c))
            digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<unsigned>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<unsigned>(c - 'A') + 10;
        else
            return std::nullopt;
        if (digit >= base || value > (largest - digit) / base) return std::nullopt;
        value = value * base + digit;
    }
    return value;
}

std::string_view without_outer_space(std::string_view text) noexcept {
    auto const first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

void response_parser::fail(std::string const& why) {
    state_ = state::failed;
    keep_alive_ = false;
    throw protocol_error(why);
}

void response_parser::reset() {
    head_ = {};
    trailers_.clear();
    line_.clear();
    content_length_.reset();
    remaining_ = body_received_ = 0;
    head_bytes_ = informational_ = 0;
    state_ = state::status_line;
    started_ = keep_alive_ = false;
}

response_parser::piece response_parser::feed(std::string_view input) {
    std::size_t const before = input.size();
    if (before != 0 && state_ != state::complete) started_ = true;
    piece result;
    while (!input.empty() && state_ != state::complete) {
        if (state_ == state::failed) fail("the response went wrong before this; it can not be read on");
        if (state_ == state::sized_body || state_ == state::body_to_the_end || state_ == state::chunk_data) {
            result.body = take_body(input);
            break;
        }
        bool const had_head = has_head();
        bool const in_chunks = state_ == state::chunk_line || state_ == state::chunk_end;
        auto const line = take_line(input, in_chunks ? limits_.chunk_line : limits_.line);
        if (!line) break;
        read_line(*line);
        line_.clear();
        if (!had_head && has_head()) break;
    }
    result.taken = before - input.size();
    return result;
}

// Gives a line without its CR LF, or nothing where the input ends before it does; then it is kept.
std::optional<std::string_view> response_parser::take_line(std::string_view& input, std::size_t longest) {
    auto const newline = input.find('\n');
    auto const part = input.substr(0, newline == input.npos ? input.size() : newline + 1);
    if (line_.size() + part.size() > longest + 2) fail("a line is longer than " + std::to_string(longest) + " bytes");
    input.remove_prefix(part.size());
    std::string_view line = part;
    if (newline == input.npos || !line_.empty()) {
        line_.append(part);
        line = line_;
    }
    if (newline == input.npos) return std::nullopt;
    line.remove_suffix(1);
    if (!line.ends_with('\r')) fail("a line ends in LF without CR: " + shown(line));
    line.remove_suffix(1);
    if (has_control(line)) fail("a line holds a control character: " + shown(line));
    return line;
}

std::string_view response_parser::take_body(std::string_view& input) {
    std::uint64_t const allowed = state_ == state::body_to_the_end ? largest : remaining_;
    auto const body = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), allowed)));
    input.remove_prefix(body.size());
    body_received_ += body.size();
    if (state_ == state::body_to_the_end) return body;
    remaining_ -= body.size();
    if (remaining_ == 0) state_ = state_ == state::sized_body ? state::complete : state::chunk_end;
    return body;
}

void response_parser::read_line(std::string_view line) {
    switch (state_) {
        case state::status_line:
            count_head_bytes(line.size() + 2);
            read_status_line(line);
            state_ = state::head_line;
            break;
        case state::head_line:
            count_head_bytes(line.size() + 2);
            if (line.empty())
                head_is_whole();
            else
                read_field(line, head_.fields);
            break;
        case state::chunk_line: read_chunk_line(line); break;
        case state::chunk_end:
            if (!line.empty()) fail("a chunk is longer than its size said");
            state_ = state::chunk_line;
            break;
        case state::trailer_line:
            count_head_bytes(line.size() + 2);
            if (line.empty())
                state_ = state::complete;
            else
                read_field(line, trailers_);
            break;
        default: break;
    }
}

void response_parser::count_head_bytes(std::size_t more) {
    head_bytes_ += more;
    if (head_bytes_ > limits_.head)
        fail("the header fields are larger than " + std::to_string(limits_.head) + " bytes");
}

void response_parser::read_status_line(std::string_view line) {
    constexpr std::size_t shortest = 12;  // HTTP/1.1 200
    if (!line.starts_with("HTTP/")) fail("the answer is not HTTP: it begins with " + shown(line));
    if (line.size() < shortest || !is_digit(line[5]) || line[6] != '.' || !is_digit(line[7]) || line[8] != ' ')
        fail("a bad status line: " + shown(line));
    if (line[5] != '1' || line[7] > '1')
        fail("HTTP version " + std::string(line.substr(5, 3)) + " is not supported; 1.0 and 1.1 are");
    auto const status = parse_number(line.substr(9, 3), 10);
    // Some servers leave out the space where they give no reason; nothing hangs on it.
    if (!status || *status < 100 || (line.size() > shortest && line[shortest] != ' '))
        fail("a bad status line: " + shown(line));
    head_.status = static_cast<int>(*status);
    head_.minor_version = line[7] - '0';
    head_.reason = line.substr(std::min(line.size(), shortest + 1));
}

void response_parser::read_field(std::string_view line, headers& into) {
    if (into.size() == limits_.fields) fail("there are more than " + std::to_string(limits_.fields) + " header fields");
    if (line[0] == ' ' || line[0] == '\t') fail("a header field is folded over lines: " + shown(line));
    auto const colon = line.find(':');
    if (colon == line.npos) fail("a header field without a colon: " + shown(line));
    auto const name = line.substr(0, colon);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_char))
        fail("a header field with a bad name: " + shown(line));
    into.add(name, without_outer_space(line.substr(colon + 1)));
}

void response_parser::head_is_whole() {
    if (head_.status < 200) {
        if (head_.status == 101) fail("the server switches protocols, which nobody asked for");
        if (head_.fields.find("content-length") || head_.fields.find("transfer-encoding"))
            fail("an informational response (" + std::to_string(head_.status) + ") announces a body");
        if (++informational_ > limits_.informational)
            fail("more than " + std::to_string(limits_.informational) + " informational responses");
        head_ = {};
        state_ = state::status_line;
        return;
    }
    decide_framing();
}

void response_parser::decide_framing() {
    auto const& fields = head_.fields;
    auto const length = fields.find("content-length");
    auto const coding = fields.find("transfer-encoding");
    if (length) {
        if (coding) fail("both Content-Length and Transfer-Encoding");
        if (fields.count("content-length") > 1) fail("more than one Content-Length");
        content_length_ = parse_number(*length, 10);
        if (!content_length_) fail("a bad Content-Length: " + shown(*length));
    }
    if (coding) {
        if (head_.minor_version == 0) fail("Transfer-Encoding in HTTP/1.0");
        if (fields.count("transfer-encoding") > 1 || !same_word(*coding, "chunked"))
            fail("Transfer-Encoding " + shown(*coding) + " is not supported; chunked alone is");
    }
    keep_alive_ = !fields.list_holds("connection", "close") &&
                  (head_.minor_version == 1 || fields.list_holds("connection", "keep-alive"));

    if (head_.status == 204 || head_.status == 304) {
        // A 304 tells what the body would have been; a 204 that announces one may be followed by it.
        if (head_.status == 204 && (coding || content_length_.value_or(0) != 0)) keep_alive_ = false;
        content_length_.reset();
        state_ = state::complete;
    } else if (coding) {
        state_ = state::chunk_line;
    } else if (content_length_) {
        remaining_ = *content_length_;
        state_ = remaining_ == 0 ? state::complete : state::sized_body;
    } else {
        keep_alive_ = false;
        state_ = state::body_to_the_end;
    }
}

void response_parser::read_chunk_line(std::string_view line) {
    constexpr std::size_t most_digits = 16;
    // Extensions mean nothing to anyone; what they hold was checked with the line.
    auto const digits = line.substr(0, line.find(';'));
    auto const size = digits.size() > most_digits ? std::nullopt : parse_number(digits, 16);
    if (!size || *size > largest - body_received_) fail("a bad chunk size: " + shown(line));
    remaining_ = *size;
    state_ = state::chunk_data;
    if (*size == 0) {
        head_bytes_ = 0;
        state_ = state::trailer_line;
    }
}

void response_parser::finish() {
    if (state_ == state::complete) return;
    if (state_ == state::body_to_the_end) {
        state_ = state::complete;
        return;
    }
    auto const where = state_;
    state_ = state::failed;
    keep_alive_ = false;
    if (!started_) throw truncated_error("the server closed the connection without an answer");
    if (where == state::status_line || where == state::head_line)
        throw truncated_error("the connection ended within the header fields");
    if (where == state::sized_body)
        throw truncated_error("the connection ended after " + std::to_string(body_received_) + " of " +
                              std::to_string(*content_length_) + " bytes");
    if (where == state::failed) throw protocol_error("the response went wrong before this; it can not be read on");
    throw truncated_error("the connection ended after " + std::to_string(body_received_) +
                          " bytes, before the last chunk");
}

}  // namespace rota::inline v0::http
