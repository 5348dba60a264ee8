#include <rota/http/response_parser.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using rota::http::parser_limits;
using rota::http::protocol_error;
using rota::http::response_parser;
using rota::http::truncated_error;

// Feeds `bytes` in pieces of `step`; gives the body, and what was left after the response.
struct outcome {
    std::string body;
    std::string left;
};

outcome feed_all(response_parser& parser, std::string_view bytes, std::size_t step = std::string_view::npos) {
    outcome result;
    while (!bytes.empty()) {
        auto input = bytes.substr(0, step);
        bytes.remove_prefix(input.size());
        while (!input.empty() && !parser.complete()) {
            auto const piece = parser.feed(input);
            EXPECT_GT(piece.taken, 0U);
            result.body += piece.body;
            input.remove_prefix(piece.taken);
        }
        result.left += input;
    }
    return result;
}

// What a response is refused for, however it is cut into pieces.
std::string refusal(std::string_view bytes, parser_limits const& limits = {}) {
    std::string told;
    for (std::size_t const step : {std::string_view::npos, std::size_t{1}}) {
        std::string here = "accepted";
        response_parser parser(limits);
        try {
            feed_all(parser, bytes, step);
        } catch (protocol_error const& error) {
            here = error.what();
        }
        if (step == 1) {
            EXPECT_EQ(here, told) << "one byte at a time it is told differently";
        }
        told = here;
    }
    return told;
}

constexpr std::string_view whole_responses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ncontent-length:5\r\nX: \r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nhe\r\n0003\r\nllo\r\n00;x\r\nDigest: y\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
    "5\r\n\r\nhello",
};

TEST(ResponseParser, GivesTheSameBodyHoweverTheBytesAreCut) {
    for (auto const bytes : whole_responses) {
        for (std::size_t step = 1; step <= bytes.size(); ++step) {
            response_parser parser;
            auto const result = feed_all(parser, bytes, step);
            EXPECT_TRUE(parser.complete()) << bytes << step;
            EXPECT_EQ(result.body, "hello") << bytes << step;
            EXPECT_EQ(result.left, "") << bytes << step;
            EXPECT_EQ(parser.body_received(), 5U);
            EXPECT_TRUE(parser.keep_alive());
        }
    }
}

TEST(ResponseParser, EveryPrefixOfAResponseIsTruncated) {
    for (auto const bytes : whole_responses) {
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            response_parser parser;
            feed_all(parser, bytes.substr(0, length));
            EXPECT_FALSE(parser.complete()) << bytes << length;
            EXPECT_THROW(parser.finish(), truncated_error) << bytes << length;
        }
    }
}

TEST(ResponseParser, SaysWhereATruncatedResponseEnded) {
    struct {
        std::string_view bytes;
        std::string_view told;
    } const cases[] = {
        {"", "the server closed the connection without an answer"},
        {"HTTP/1.1 2", "the connection ended within the header fields"},
        {"HTTP/1.1 200 OK\r\nA: b\r\n", "the connection ended within the header fields"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "the connection ended after 5 of 9 bytes"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
         "the connection ended after 5 bytes, before the last chunk"},
    };
    for (auto const& one : cases) {
        response_parser parser;
        feed_all(parser, one.bytes);
        try {
            parser.finish();
            ADD_FAILURE() << one.bytes;
        } catch (truncated_error const& error) {
            EXPECT_EQ(error.what(), one.told);
        }
    }
}

TEST(ResponseParser, StopsAfterTheHeadAndKeepsIt) {
    response_parser parser;
    std::string_view const bytes = "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 2\r\n\r\nno";
    auto const piece = parser.feed(bytes);
    EXPECT_EQ(piece.taken, bytes.size() - 2);
    EXPECT_EQ(piece.body, "");
    ASSERT_TRUE(parser.has_head());
    EXPECT_EQ(parser.head().status, 404);
    EXPECT_EQ(parser.head().reason, "Not Found");
    EXPECT_EQ(parser.head().minor_version, 1);
    EXPECT_EQ(parser.head().fields.find("server"), "x");
    EXPECT_EQ(parser.content_length(), 2U);
    EXPECT_FALSE(parser.complete());
}

TEST(ResponseParser, LeavesAloneWhatFollowsTheResponse) {
    response_parser parser;
    auto const result = feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
    EXPECT_TRUE(parser.complete());
    EXPECT_EQ(result.body, "ok");
    EXPECT_EQ(result.left, "HTTP/1.1 200 OK\r\n");
    EXPECT_EQ(parser.feed("more").taken, 0U);
}

TEST(ResponseParser, ABodyWithoutLengthEndsWithTheConnection) {
    for (std::string_view const version : {"HTTP/1.0", "HTTP/1.1"}) {
        response_parser parser;
        auto const result = feed_all(parser, std::string(version) + " 200 OK\r\n\r\nall\r\n\r\nof it");
        EXPECT_EQ(result.body, "all\r\n\r\nof it");
        EXPECT_FALSE(parser.complete());
        parser.finish();
        EXPECT_TRUE(parser.complete());
        EXPECT_FALSE(parser.keep_alive());
    }
}

TEST(ResponseParser, SomeStatusesHaveNoBodyWhateverTheySay) {
    struct {
        std::string_view bytes;
        bool keeps_alive;
    } const cases[] = {
        {"HTTP/1.1 204 No Content\r\n\r\n", true},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", true},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", false},
        {"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", false},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", true},
    };
    for (auto const& one : cases) {
        response_parser parser;
        feed_all(parser, one.bytes);
        EXPECT_TRUE(parser.complete()) << one.bytes;
        EXPECT_EQ(parser.keep_alive(), one.keeps_alive) << one.bytes;
    }
}

TEST(ResponseParser, KnowsWhetherTheConnectionStaysOpen) {
    struct {
        std::string_view head;
        bool keeps_alive;
    } const cases[] = {
        {"HTTP/1.1 200 OK\r\n", true},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n", false},
        {"HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\n", false},
        {"HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\n", false},
        {"HTTP/1.0 200 OK\r\n", false},
        {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", true},
    };
    for (auto const& one : cases) {
        response_parser parser;
        feed_all(parser, std::string(one.head) + "Content-Length: 0\r\n\r\n");
        EXPECT_TRUE(parser.complete());
        EXPECT_EQ(parser.keep_alive(), one.keeps_alive) << one.head;
    }
}

TEST(ResponseParser, TrailersAreKeptApart) {
    response_parser parser;
    feed_all(
        parser,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 7\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(parser.complete());
    EXPECT_TRUE(parser.keep_alive());
    EXPECT_FALSE(parser.head().fields.find("content-length"));
    EXPECT_EQ(parser.trailers().find("content-length"), "7");
}

TEST(ResponseParser, MayBeUsedAgainAfterReset) {
    response_parser parser;
    feed_all(parser, "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
    ASSERT_TRUE(parser.complete());
    parser.reset();
    EXPECT_FALSE(parser.started());
    EXPECT_TRUE(parser.head().fields.empty());
    EXPECT_EQ(feed_all(parser, whole_responses[0]).body, "hello");
    EXPECT_TRUE(parser.complete());
}

TEST(ResponseParser, AfterARefusalNothingIsTaken) {
    response_parser parser;
    EXPECT_THROW(parser.feed("SSH-2.0-x\r\n"), protocol_error);
    EXPECT_THROW(parser.feed(whole_responses[0]), protocol_error);
    EXPECT_THROW(parser.finish(), protocol_error);
    EXPECT_FALSE(parser.keep_alive());
}

TEST(ResponseParser, TakesWhatIsUnusualButClear) {
    for (std::string_view const bytes : {
             "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 999 Odd\xe9 one\r\nContent-Length: 00\r\n\r\n",
             "HTTP/1.1 200 OK\r\nX:\ta\tb \t\r\n!#$%&'*+-.^_`|~9: \xff\r\nContent-Length: \t0\t\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000000\r\n\r\n",
         })
        EXPECT_EQ(refusal(bytes), "accepted") << bytes;
}

TEST(ResponseParser, RefusesWhatTwoReadersCouldReadDifferently) {
    struct {
        std::string bytes;
        std::string_view told;
    } const cases[] = {
        // Status lines.
        {"SSH-2.0-OpenSSH\r\n", "the answer is not HTTP: it begins with 'SSH-2.0-OpenSSH'"},
        {"\r\nHTTP/1.1 200 OK\r\n", "the answer is not HTTP: it begins with ''"},
        {"http/1.1 200 OK\r\n", "the answer is not HTTP: it begins with 'http/1.1 200 OK'"},
        {"HTTP/2.0 200 OK\r\n", "HTTP version 2.0 is not supported; 1.0 and 1.1 are"},
        {"HTTP/1.2 200 OK\r\n", "HTTP version 1.2 is not supported; 1.0 and 1.1 are"},
        {"HTTP/0.9 200 OK\r\n", "HTTP version 0.9 is not supported; 1.0 and 1.1 are"},
        {"HTTP/11.1 200 OK\r\n", "a bad status line: 'HTTP/11.1 200 OK'"},
        {"HTTP/1.1  200 OK\r\n", "a bad status line: 'HTTP/1.1  200 OK'"},
        {"HTTP/1.1 20 OK\r\n", "a bad status line: 'HTTP/1.1 20 OK'"},
        {"HTTP/1.1 2000 OK\r\n", "a bad status line: 'HTTP/1.1 2000 OK'"},
        {"HTTP/1.1 099 OK\r\n", "a bad status line: 'HTTP/1.1 099 OK'"},
        {"HTTP/1.1 +20 OK\r\n", "a bad status line: 'HTTP/1.1 +20 OK'"},
        {"HTTP/1.1 200\tOK\r\n", "a bad status line: 'HTTP/1.1 200\\x09OK'"},
        {"HTTP/1.1\r\n", "a bad status line: 'HTTP/1.1'"},
        {"HTTP/1.1 200 OK\n", "a line ends in LF without CR: 'HTTP/1.1 200 OK'"},
        {"HTTP/1.1 200 a\rb\r\n", "a line holds a control character: 'HTTP/1.1 200 a\\x0db'"},
        {std::string("HTTP/1.1 200 \0\r\n", 16), "a line holds a control character: 'HTTP/1.1 200 \\x00'"},
        // Fields.
        {"HTTP/1.1 200 OK\r\nA: b\nB: c\r\n", "a line ends in LF without CR: 'A: b'"},
        {"HTTP/1.1 200 OK\r\nA: b\r\r\n", "a line holds a control character: 'A: b\\x0d'"},
        {"HTTP/1.1 200 OK\r\nA: \rTransfer-Encoding: chunked\r\n",
         "a line holds a control character: 'A: \\x0dTransfer-Encoding: chunked'"},
        {std::string("HTTP/1.1 200 OK\r\nA: \0b\r\n", 24), "a line holds a control character: 'A: \\x00b'"},
        {"HTTP/1.1 200 OK\r\nA: \x7f\r\n", "a line holds a control character: 'A: \\x7f'"},
        {"HTTP/1.1 200 OK\r\nA : b\r\n", "a header field with a bad name: 'A : b'"},
        {"HTTP/1.1 200 OK\r\n: b\r\n", "a header field with a bad name: ': b'"},
        {"HTTP/1.1 200 OK\r\nA\xe9: b\r\n", "a header field with a bad name: 'A\\xe9: b'"},
        {"HTTP/1.1 200 OK\r\n(A): b\r\n", "a header field with a bad name: '(A): b'"},
        {"HTTP/1.1 200 OK\r\nAb\r\n", "a header field without a colon: 'Ab'"},
        {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", "a header field is folded over lines: ' c'"},
        {"HTTP/1.1 200 OK\r\n\tA: b\r\n", "a header field is folded over lines: '\\x09A: b'"},
        // Framing.
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "both Content-Length and Transfer-Encoding"},
        {"HTTP/1.1 204 No\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "both Content-Length and Transfer-Encoding"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n", "more than one Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", "a bad Content-Length: '1, 1'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "a bad Content-Length: '+1'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "a bad Content-Length: '-1'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1a\r\n\r\n", "a bad Content-Length: '1a'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n", "a bad Content-Length: '0x1'"},
        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "a bad Content-Length: ''"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n", "a bad Content-Length: '1 2'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
         "a bad Content-Length: '9223372036854775808'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\n",
         "a bad Content-Length: '18446744073709551617'"},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding in HTTP/1.0"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
         "Transfer-Encoding 'gzip, chunked' is not supported; chunked alone is"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
         "Transfer-Encoding 'chunked, chunked' is not supported; chunked alone is"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         "Transfer-Encoding 'chunked' is not supported; chunked alone is"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
         "Transfer-Encoding 'identity' is not supported; chunked alone is"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
         "Transfer-Encoding 'xchunked' is not supported; chunked alone is"},
        {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "the server switches protocols, which nobody asked for"},
        {"HTTP/1.1 100 Continue\r\nContent-Length: 1\r\n\r\n", "an informational response (100) announces a body"},
    };
    for (auto const& one : cases) EXPECT_EQ(refusal(one.bytes), one.told) << one.bytes;
}

TEST(ResponseParser, RefusesBadChunks) {
    struct {
        std::string chunks;
        std::string_view told;
    } const cases[] = {
        {"\r\n", "a bad chunk size: ''"},
        {";a\r\n", "a bad chunk size: ';a'"},
        {"0x5\r\nhello", "a bad chunk size: '0x5'"},
        {"+5\r\nhello", "a bad chunk size: '+5'"},
        {"-5\r\nhello", "a bad chunk size: '-5'"},
        {" 5\r\nhello", "a bad chunk size: ' 5'"},
        {"5 \r\nhello", "a bad chunk size: '5 '"},
        {"5 ;a\r\nhello", "a bad chunk size: '5 ;a'"},
        {"g\r\n", "a bad chunk size: 'g'"},
        {"5\nhello", "a line ends in LF without CR: '5'"},
        {"5\r\nhello\n", "a line ends in LF without CR: ''"},
        {"5\r\nhello!\r\n", "a chunk is longer than its size said"},
        {"5;a\rb\r\nhello", "a line holds a control character: '5;a\\x0db'"},
        {std::string("5;\0\r\nhello", 10), "a line holds a control character: '5;\\x00'"},
        {"8000000000000000\r\n", "a bad chunk size: '8000000000000000'"},
        {"10000000000000005\r\n", "a bad chunk size: '10000000000000005'"},
        {"00000000000000005\r\n", "a bad chunk size: '00000000000000005'"},
        {"5\r\nhello\r\n7ffffffffffffffb\r\n", "a bad chunk size: '7ffffffffffffffb'"},
        {"0\r\nA : b\r\n", "a header field with a bad name: 'A : b'"},
        {"0\r\nA: b\r\n c\r\n", "a header field is folded over lines: ' c'"},
    };
    std::string const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (auto const& one : cases) EXPECT_EQ(refusal(head + one.chunks), one.told) << one.chunks;
}

TEST(ResponseParser, EachLimitHoldsAtItsEdge) {
    parser_limits limits;
    limits.line = 20;
    limits.fields = 3;
    limits.head = 64;
    limits.chunk_line = 8;
    limits.informational = 2;
    std::string const status = "HTTP/1.1 200 OK\r\n";
    std::string const chunked = "HTTP/1.1 200 O\r\nTransfer-Encoding:chunked\r\n\r\n";

    EXPECT_EQ(refusal("HTTP/1.1 200 " + std::string(7, 'x') + "\r\n", limits), "accepted");
    EXPECT_EQ(refusal("HTTP/1.1 200 " + std::string(8, 'x') + "\r\n", limits), "a line is longer than 20 bytes");
    EXPECT_EQ(refusal(status + "A:" + std::string(18, 'x') + "\r\n", limits), "accepted");
    EXPECT_EQ(refusal(status + "A:" + std::string(19, 'x') + "\r\n", limits), "a line is longer than 20 bytes");
    EXPECT_EQ(refusal(std::string(100, 'x'), limits), "a line is longer than 20 bytes") << "also without an end";
    EXPECT_EQ(refusal(status + "A:b\r\nA:b\r\nA:b\r\n", limits), "accepted");
    EXPECT_EQ(refusal(status + "A:b\r\nA:b\r\nA:b\r\nA:b\r\n", limits), "there are more than 3 header fields");
    std::string const twenty = "A:" + std::string(18, 'x') + "\r\n";
    EXPECT_EQ(refusal(status + twenty + twenty, limits), "accepted");
    EXPECT_EQ(refusal(status + twenty + twenty + "A:b\r\n", limits), "the header fields are larger than 64 bytes");
    std::string const early = "HTTP/1.1 103 E\r\n\r\n";
    EXPECT_EQ(refusal(early + early, limits), "accepted");
    EXPECT_EQ(refusal(early + early + early, limits), "more than 2 informational responses");

    limits.line = 40;
    EXPECT_EQ(refusal(chunked + "1;345678\r\n", limits), "accepted");
    EXPECT_EQ(refusal(chunked + "1;3456789\r\n", limits), "a line is longer than 8 bytes");
    EXPECT_EQ(refusal(chunked + "0\r\n" + twenty + twenty, limits), "accepted") << "trailers count by themselves";
    EXPECT_EQ(refusal(chunked + "0\r\n" + twenty + twenty + twenty, limits),
              "the header fields are larger than 64 bytes");
    EXPECT_EQ(refusal(chunked + "0\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n", limits), "there are more than 3 header fields");
}

TEST(ResponseParser, HandsALargeBodyOnWithoutCopyingIt) {
    response_parser parser;
    std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
    EXPECT_EQ(parser.feed(head).taken, head.size());
    std::string const body(1'000'000, 'x');
    auto const piece = parser.feed(body);
    EXPECT_EQ(piece.taken, body.size());
    EXPECT_EQ(piece.body.data(), body.data());
    EXPECT_TRUE(parser.complete());
}

}  // namespace
