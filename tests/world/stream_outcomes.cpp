#include "world/stream_outcomes.hpp"

#include "world/waiting.hpp"

#include <rota/combine/gather.hpp>
#include <rota/io/errors.hpp>

#include <algorithm>

namespace world_kit {
namespace {

/// More than any kernel keeps for a reader. It repeats itself, but at no size that a buffer has.
std::string much() {
    auto const piece = pattern(100'003);
    std::string bytes;
    while (bytes.size() < 20'000'000) bytes += piece;
    return bytes;
}

coro<> close_all(stream_ends& ends) {
    // A peer of TLS answers a close.
    co_await rota::gather(ends.reader.close(), ends.writer.close());
}

coro<std::string> take_all(rota::stream& from, std::size_t bytes) {
    auto got = co_await from.read_exactly(bytes);
    co_return got;
}

template <class Body>
scenario with(stream_kind const& kind, Body body) {
    // What is called lives in the list, so also while the coroutine runs.
    return [make = kind.make, body]() -> coro<> {
        auto ends = co_await make();
        co_await body(ends);
        co_await close_all(ends);
    };
}

void add_reads(of& to, stream_kind const& kind) {
    auto const can = [&](std::string name, coro<> (*body)(stream_ends&)) {
        to.can(std::move(name), kind.where, with(kind, body));
    };
    can("done", [](stream_ends& on) -> coro<> {
        auto const asking = rota::create_task(on.reader.read_exactly(5));
        co_await rota::sleep(5ms);
        EXPECT_FALSE(asking.done());
        co_await on.writer.write("hello");
        EXPECT_EQ(co_await asking, "hello");
    });
    can("short", [](stream_ends& on) -> coro<> {
        co_await on.writer.write("x");
        EXPECT_EQ(co_await on.reader.read_some(100), "x");
    });
    can("one byte at a time", [](stream_ends& on) -> coro<> {
        auto send = [&]() -> coro<> {
            for (char const each : std::string("a line\n")) {
                co_await on.writer.write(std::string(1, each));
                co_await rota::sleep(1ms);
            }
        };
        auto const sending = rota::create_task(send());
        EXPECT_EQ(co_await on.reader.read_line(), "a line\n");
        co_await sending;
    });
    can("cancelled before", [](stream_ends& on) -> coro<> {
        co_await on.writer.write("x");
        auto late = [&]() -> coro<> {
            rota::current_task().cancel();
            (void)co_await on.reader.read_some();
        };
        auto const asking = rota::create_task(late());
        co_await ended(asking);
        EXPECT_TRUE(asking.cancelled());
        EXPECT_EQ(co_await on.reader.read_some(), "x");
    });
    can("cancelled while", [](stream_ends& on) -> coro<> {
        auto const asking = rota::create_task(on.reader.read_exactly(6));
        co_await on.writer.write("abc");
        co_await rota::sleep(5ms);
        asking.cancel();
        co_await ended(asking);
        EXPECT_TRUE(asking.cancelled());
        co_await on.writer.write("def");
        EXPECT_EQ(co_await on.reader.read_exactly(6), "abcdef");
    });
    can("cancelled as it ends", [](stream_ends& on) -> coro<> {
        auto const asking = rota::create_task(on.reader.read_some());
        co_await rota::sleep(5ms);
        co_await on.writer.write("x");
        asking.cancel();
        co_await ended(asking);
        std::string got;
        if (!asking.cancelled()) got = co_await asking;
        co_await on.writer.write("y");
        while (got.size() < 2) got += co_await on.reader.read_some();
        EXPECT_EQ(got, "xy");
    });
    can("time-out", [](stream_ends& on) -> coro<> {
        co_await what_of<rota::timeout_error>(rota::wait_for(on.reader.read_line(), 10ms));
        co_await on.writer.write("x\n");
        EXPECT_EQ(co_await on.reader.read_line(), "x\n");
    });
    can("closed meanwhile", [](stream_ends& on) -> coro<> {
        auto const asking = rota::create_task(fails(std::errc::bad_file_descriptor, on.reader.read_some()));
        co_await rota::sleep(5ms);
        co_await rota::gather(on.reader.close(), on.writer.close());
        co_await asking;
        co_await fails(std::errc::bad_file_descriptor, on.reader.read_some());
    });
    can("peer gone", [](stream_ends& on) -> coro<> {
        auto close = [&]() -> coro<> {
            co_await on.writer.write("last");
            co_await on.writer.close();
        };
        auto const closing = rota::create_task(close());
        EXPECT_EQ(co_await on.reader.read(), "last");
        EXPECT_EQ(co_await on.reader.read_some(), "");
        EXPECT_TRUE(on.reader.at_eof());
        co_await on.reader.close();
        co_await closing;
    });
    can("peer gone half-way", [](stream_ends& on) -> coro<> {
        auto close = [&]() -> coro<> {
            co_await on.writer.write("half");
            co_await on.writer.close();
        };
        auto const closing = rota::create_task(close());
        co_await what_of<rota::incomplete_read_error>(on.reader.read_exactly(8));
        co_await on.reader.close();
        co_await closing;
    });
}

void add_writes(of& to, stream_kind const& kind) {
    auto const can = [&](std::string name, coro<> (*body)(stream_ends&)) {
        to.can(std::move(name), kind.where, with(kind, body));
    };
    can("done", [](stream_ends& on) -> coro<> {
        co_await on.writer.write("x");
        EXPECT_EQ(co_await on.reader.read_some(), "x");
    });
    can("done, slowly", [](stream_ends& on) -> coro<> {
        auto const bytes = much();
        auto write = [&]() -> coro<> { co_await on.writer.write(bytes); };
        auto const writing = rota::create_task(write());
        co_await rota::sleep(5ms);
        EXPECT_FALSE(writing.done());
        EXPECT_TRUE(co_await take_all(on.reader, bytes.size()) == bytes);
        co_await writing;
    });
    can("cancelled before", [](stream_ends& on) -> coro<> {
        auto late = [&]() -> coro<> {
            rota::current_task().cancel();
            co_await on.writer.write("lost");
        };
        auto const writing = rota::create_task(late());
        co_await ended(writing);
        EXPECT_TRUE(writing.cancelled());
        co_await on.writer.write("x");
        EXPECT_EQ(co_await on.reader.read_some(), "x");
    });
    can("cancelled while", [](stream_ends& on) -> coro<> {
        auto const bytes = much();
        auto write = [&]() -> coro<> { co_await on.writer.write(bytes); };
        auto const writing = rota::create_task(write());
        co_await rota::sleep(5ms);
        writing.cancel();
        co_await ended(writing);
        EXPECT_TRUE(writing.cancelled());
        std::size_t went = 0;
        try {
            co_await on.writer.write("x");
            ADD_FAILURE() << "a torn write was not told";
        } catch (rota::broken_write_error const& error) {
            went = error.sent();
        }
        EXPECT_GT(went, 0U);
        EXPECT_EQ(co_await take_all(on.reader, went), bytes.substr(0, went));
    });
    can("cancelled while it waits for its turn", [](stream_ends& on) -> coro<> {
        auto const bytes = much();
        auto write = [&]() -> coro<> { co_await on.writer.write(bytes); };
        auto behind = [&]() -> coro<> { co_await on.writer.write("lost"); };
        auto const writing = rota::create_task(write());
        auto const waiting = rota::create_task(behind());
        co_await rota::sleep(5ms);
        waiting.cancel();
        co_await ended(waiting);
        EXPECT_TRUE(waiting.cancelled());
        EXPECT_TRUE(co_await take_all(on.reader, bytes.size()) == bytes);
        co_await writing;
        co_await on.writer.write("x");
        EXPECT_EQ(co_await on.reader.read_some(), "x");
    });
    can("time-out", [](stream_ends& on) -> coro<> {
        auto const bytes = much();
        co_await what_of<rota::timeout_error>(rota::wait_for(on.writer.write(bytes), 10ms));
        co_await what_of<rota::broken_write_error>(on.writer.write("x"));
    });
    can("closed meanwhile", [](stream_ends& on) -> coro<> {
        auto const bytes = much();
        auto const writing = rota::create_task(fails(std::errc::bad_file_descriptor, on.writer.write(bytes)));
        co_await rota::sleep(5ms);
        co_await rota::gather(on.writer.close(), on.reader.close());
        co_await writing;
        co_await fails(std::errc::bad_file_descriptor, on.writer.write("x"));
    });
    to.can("peer gone", kind.where, [kind]() -> coro<> {
        auto on = co_await kind.make();
        auto const bytes = much();
        auto write = [&]() -> coro<> {
            try {
                co_await on.writer.write(bytes);
                ADD_FAILURE() << "nothing was thrown";
            } catch (rota::system_error const& error) {
                auto const is = [&](std::errc each) { return error.code() == each; };
                EXPECT_TRUE(std::any_of(kind.gone.begin(), kind.gone.end(), is)) << error.what();
            }
        };
        auto const writing = rota::create_task(write());
        co_await rota::sleep(5ms);
        on.reader = rota::stream();
        co_await rota::with_timeout(10s, ended(writing));
        co_await writing;
        co_await on.writer.close();
    });
}

void add_ends(std::string const& area, std::string const& name, stream_kind const& kind) {
    of to(area, name + ": write_eof");
    to.can("done", kind.where, with(kind, [](stream_ends& on) -> coro<> {
               co_await on.writer.write("last");
               co_await on.writer.write_eof();
               EXPECT_EQ(co_await on.reader.read(), "last");
               co_await what_of<rota::usage_error>(on.writer.write("x"));
           }));
    if (kind.both_ways)
        to.can("done, the other way goes on", kind.where, with(kind, [](stream_ends& on) -> coro<> {
                   co_await on.writer.write_eof();
                   EXPECT_EQ(co_await on.reader.read(), "");
                   co_await on.reader.write("back");
                   EXPECT_EQ(co_await on.writer.read_exactly(4), "back");
               }));
    of closing(area, name + ": close");
    closing.can("done", kind.where, with(kind, [](stream_ends& on) -> coro<> {
                    co_await close_all(on);
                    EXPECT_TRUE(on.reader.is_closing());
                }));
    closing.can("cancelled before", kind.where, with(kind, [](stream_ends& on) -> coro<> {
                    auto late = [&]() -> coro<> {
                        rota::current_task().cancel();
                        co_await on.reader.close();
                    };
                    auto const running = rota::create_task(late());
                    co_await on.writer.close();
                    co_await ended(running);
                    EXPECT_TRUE(on.reader.is_closing());
                    co_await fails(std::errc::bad_file_descriptor, on.reader.read_some());
                }));
}

}  // namespace

void add_stream(std::string const& area, std::string const& name, stream_kind const& kind) {
    of reads(area, name + ": read");
    add_reads(reads, kind);
    of writes(area, name + ": write");
    add_writes(writes, kind);
    add_ends(area, name, kind);
}

}  // namespace world_kit
