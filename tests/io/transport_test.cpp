// A transport of one's own beneath a stream: what its results become.
#include <rota/io/transport.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/io/stream.hpp>

#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace {

using namespace io_kit;
using rota::coro;
using rota::stream;

struct script {
    /// What reads give: bytes, or a negative errno.
    struct step {
        std::string bytes;
        std::int32_t error = 0;
    };
    std::deque<step> reads;
    std::int32_t write_result = 0;  // 0: takes everything
    int writes_before_no_memory = -1;
    std::string written;
    int closes = 0;
};

/// Finishes everything at once, as its script says.
class scripted final : public rota::transport {
public:
    explicit scripted(script& of) : script_(&of) {}

    bool start_read(rota::receive_operation& op) noexcept override {
        if (script_->reads.empty()) {
            op.finish_at_once(0);
            return true;
        }
        auto const step = script_->reads.front();
        script_->reads.pop_front();
        if (!step.bytes.empty()) std::memcpy(op.buffer(), step.bytes.data(), step.bytes.size());
        op.finish_at_once(step.error != 0 ? step.error : static_cast<std::int32_t>(step.bytes.size()));
        return true;
    }
    bool start_write(rota::send_operation& op) noexcept override {
        if (script_->writes_before_no_memory >= 0 && --script_->writes_before_no_memory < 0) {
            op.finish_at_once(-ENOMEM);
        } else if (script_->write_result < 0) {
            op.finish_at_once(script_->write_result);
        } else {
            std::size_t const bytes = std::min<std::size_t>(op.length, 3);
            script_->written.append(static_cast<char const*>(op.data), bytes);
            op.finish_at_once(static_cast<std::int32_t>(bytes));
        }
        return true;
    }
    bool start_shutdown(rota::shutdown_operation& op) noexcept override {
        op.finish_at_once(-ENOTCONN);
        return true;
    }
    bool start_close(rota::close_operation& op) noexcept override {
        ++script_->closes;
        op.finish_at_once(0);
        return true;
    }
    void close() noexcept override { ++script_->closes; }
    void cancel(rota::operation&) noexcept override {}
    std::string peer_name() const override { return "a script"; }

private:
    script* script_;
};

TEST(Transport, AReadThatFindsNoMemoryFailsAloneAndTheNextOneGoesOnWhereItWas) {
    run_simulated([]() -> coro<> {
        script plan;
        plan.reads = {{"half "}, {"", -ENOMEM}, {"a line\n"}, {"", -ENOMEM}, {"the rest"}};
        auto from = stream(std::make_unique<scripted>(plan));
        EXPECT_THROW(co_await from.read_line(), std::bad_alloc);
        EXPECT_EQ(co_await from.read_line(), "half a line\n");
        EXPECT_THROW((void)co_await from.read(), std::bad_alloc);
        EXPECT_EQ(co_await from.read(), "the rest");
        co_await from.close();
    });
}

TEST(Transport, AWriteThatFindsNoMemoryFailsAloneAndTheNextOneGoes) {
    run_simulated([]() -> coro<> {
        script plan;
        auto to = stream(std::make_unique<scripted>(plan));
        plan.write_result = -ENOMEM;
        EXPECT_THROW(co_await to.write("lost"), std::bad_alloc);
        plan.write_result = 0;
        co_await to.write("kept");
        EXPECT_EQ(plan.written, "kept");
        plan.writes_before_no_memory = 1;
        EXPECT_THROW(co_await to.write("half"), std::bad_alloc);
        EXPECT_EQ(plan.written, "kepthal");
        bool told = false;
        try {
            co_await to.write("more");
        } catch (rota::broken_write_error const& error) {
            told = error.sent() == 3;
        }
        EXPECT_TRUE(told);
        co_await to.close();
    });
}

TEST(Transport, BytesBeforeAnErrorAreGivenFirstAndTheErrorStays) {
    run_simulated([]() -> coro<> {
        script plan;
        plan.reads = {{"abc", 0}, {"", -ECONNRESET}, {"never", 0}};
        stream from(std::make_unique<scripted>(plan));
        std::string const told = "receive from a script: Connection reset by peer";
        EXPECT_EQ(co_await what_of<rota::system_error>(from.read()), told);
        EXPECT_EQ(co_await what_of<rota::system_error>(from.read_exactly(4)), told);
        EXPECT_EQ(co_await from.read_exactly(3), "abc");
        EXPECT_EQ(co_await what_of<rota::system_error>(from.read_some()), told);
        EXPECT_FALSE(from.at_eof());
    });
}

TEST(Transport, ShortWritesAreGoneOnWith) {
    run_simulated([]() -> coro<> {
        script plan;
        stream to(std::make_unique<scripted>(plan));
        auto const bytes = pattern(1000);
        co_await to.write(bytes);
        EXPECT_TRUE(plan.written == bytes);
    });
}

TEST(Transport, AWriteErrorStays) {
    run_simulated([]() -> coro<> {
        script plan;
        plan.write_result = -ECONNRESET;
        stream to(std::make_unique<scripted>(plan));
        std::string const told = "send to a script: Connection reset by peer";
        EXPECT_EQ(co_await what_of<rota::system_error>(to.write("x")), told);
        plan.write_result = 0;
        EXPECT_EQ(co_await what_of<rota::system_error>(to.write("x")), told);
    });
}

TEST(Transport, AFailedEofNamesItself) {
    run_simulated([]() -> coro<> {
        script plan;
        stream to(std::make_unique<scripted>(plan));
        EXPECT_EQ(co_await what_of<rota::system_error>(to.write_eof()),
                  "shut down the sending side to a script: Transport endpoint is not connected");
    });
}

TEST(Transport, IsClosedOnceHoweverTheStreamEnds) {
    run_simulated([]() -> coro<> {
        script awaited;
        script dropped;
        {
            stream first(std::make_unique<scripted>(awaited));
            stream second(std::make_unique<scripted>(dropped));
            co_await first.close();
            co_await first.close();
        }
        EXPECT_EQ(awaited.closes, 1);
        EXPECT_EQ(dropped.closes, 1);
    });
}

/// Knows more of its errors than their numbers.
class talkative final : public rota::transport {
public:
    bool start_read(rota::receive_operation& op) noexcept override {
        op.finish_at_once(-EPROTO);
        return true;
    }
    bool start_write(rota::send_operation& op) noexcept override {
        op.finish_at_once(-EPROTO);
        return true;
    }
    bool start_shutdown(rota::shutdown_operation& op) noexcept override {
        op.finish_at_once(-EPROTO);
        return true;
    }
    bool start_close(rota::close_operation& op) noexcept override {
        op.finish_at_once(0);
        return true;
    }
    void close() noexcept override {}
    void cancel(rota::operation&) noexcept override {}
    std::string peer_name() const override { return "somebody"; }
    std::exception_ptr describe(int error, char const* operation, std::string object) const override {
        return std::make_exception_ptr(std::runtime_error(std::to_string(error) + " | " + operation + " | " + object));
    }
};

TEST(Transport, DescribesItsErrorsWhereItCan) {
    run_simulated([]() -> coro<> {
        stream over(std::make_unique<talkative>());
        std::string const number = std::to_string(EPROTO);
        EXPECT_EQ(co_await what_of<std::runtime_error>(over.read()), number + " | receive from | somebody");
        EXPECT_EQ(co_await what_of<std::runtime_error>(over.write("x")), number + " | send to | somebody");
        EXPECT_EQ(dynamic_cast<talkative const*>(over.transport())->peer_name(), "somebody");
        co_await over.close();
    });
}

TEST(Transport, IsExchangedInPlaceAndWhatWasBufferedStays) {
    run_simulated([]() -> coro<> {
        script before;
        script after;
        before.reads = {{"clear text", 0}};
        after.reads = {{"secret", 0}};
        stream over(std::make_unique<scripted>(before));
        EXPECT_EQ(co_await over.read_exactly(6), "clear ");
        std::unique_ptr<rota::transport> old;
        auto wrap = [&](std::unique_ptr<rota::transport> inner) {
            old = std::move(inner);
            return std::make_unique<scripted>(after);
        };
        over.exchange_transport(wrap);
        EXPECT_EQ(over.buffered(), "text");
        EXPECT_EQ(co_await over.read(), "textsecret");
        co_await over.write("x");
        EXPECT_EQ(after.written, "x");
    });
}

TEST(Transport, IsNotExchangedUnderAReader) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<> { co_await from.read(); };
        auto const reading = rota::create_task(read(pair.first));
        co_await rota::yield();
        auto keep = [](std::unique_ptr<rota::transport> inner) { return inner; };
        EXPECT_THROW(pair.first.exchange_transport(keep), rota::usage_error);
        reading.cancel();
    });
}

TEST(Transport, AStreamWithoutOneIsRefused) {
    run_simulated([]() -> coro<> {
        EXPECT_THROW(stream(std::unique_ptr<rota::transport>()), rota::usage_error);
        co_return;
    });
}

}  // namespace
