#include "campaign.hpp"
#include "stream_model.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/errors.hpp>
#include <rota/io/errors.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/io/stream.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>
#include <rota/sync/event.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace random_programs;

// Two ends; what is written to one is read from the other.
class stream_subject : public subject {
public:
    rota::coro<int> perform(use now) override {
        auto const from = static_cast<std::size_t>(now.value % directions);
        try {
            if (now.which <= write_eof) co_return co_await run_write(ends_[from], now);
            co_return co_await run_read(ends_[1 - from], now);
        } catch (rota::incomplete_read_error const& error) {
            co_return digest_of_incomplete(error.partial());
        } catch (rota::broken_write_error const& error) {
            co_return digest_of_broken(error.sent(), error.size());
        }
    }
    rota::coro<> close() override {
        for (int from = 0; from < directions; ++from) {
            tell(-1 - from);
            co_await ask(ends_[static_cast<std::size_t>(from)]);
            co_await drain(ends_[static_cast<std::size_t>(1 - from)]);
        }
    }

protected:
    std::array<rota::stream, directions> ends_;

private:
    static rota::coro<int> run_write(rota::stream& to, use now) {
        if (now.which == write_eof) {
            co_await to.write_eof();
            co_return 0;
        }
        auto const text = text_of(now.step, stream_sizes[static_cast<std::size_t>(now.value / directions)]);
        co_await to.write(text);
        co_return 0;
    }
    static rota::coro<int> run_read(rota::stream& from, use now) {
        auto const size = static_cast<std::size_t>(stream_sizes[static_cast<std::size_t>(now.value / directions)]);
        std::string text;
        switch (now.which) {
            case read_some: text = co_await from.read_some(size); break;
            case read_into: {
                std::array<char, read_into_room> room{};
                std::size_t const came = co_await from.read_into(room);
                text.assign(room.data(), came);
                break;
            }
            case read_exactly: text = co_await from.read_exactly(size); break;
            case read_line: text = co_await from.read_line(); break;
            case read_until: text = co_await from.read_until("\n"); break;
            case read_all: text = co_await from.read(); break;
            default: {
                bool const more = co_await from.fill();
                static_cast<void>(more);
                text = from.buffered();
                from.consume(text.size());
            }
        }
        co_return digest(text);
    }
    rota::coro<> ask(rota::stream& to) {
        try {
            co_await to.write("");
            tell(may_be_written);
        } catch (rota::broken_write_error const& error) {
            tell(digest_of_broken(error.sent(), error.size()));
        } catch (rota::usage_error const&) {
            // It was ended.
        }
    }
    rota::coro<> drain(rota::stream& from) {
        for (bool more = true; more;) {
            try {
                auto const text = co_await rota::wait_for(from.read_some(), std::chrono::seconds(10));
                tell(digest(text));
                more = !text.empty();
            } catch (rota::timeout_error const&) {
                more = false;
            }
        }
    }
};

constexpr std::array<std::size_t, 3> capacities{5, 16, 1'000};

class memory_subject final : public stream_subject {
public:
    explicit memory_subject(int variant) {
        auto pair = rota::memory_stream_pair(capacities[static_cast<std::size_t>(variant)]);
        ends_ = {std::move(pair.first), std::move(pair.second)};
    }
};

class network_subject final : public stream_subject {
public:
    rota::coro<> open() override {
        auto const keep = [this](rota::stream accepted) -> rota::coro<> {
            ends_[1] = std::move(accepted);
            connected_.set();
            co_return;
        };
        server_ = co_await rota::start_server(keep, "127.0.0.1", 0);
        ends_[0] = co_await rota::open_connection(server_->sockets());
        co_await connected_.wait();
        server_->close();
        co_await server_->wait_closed();
    }

private:
    std::optional<rota::server> server_;
    rota::event connected_;
};

std::vector<operation> calls() {
    return {{"write", 7, 8},     {"write_eof", 1, 2},  {"read_some", 3, 8}, {"read_into", 2, 2}, {"read_exactly", 3, 8},
            {"read_line", 2, 2}, {"read_until", 2, 2}, {"read", 1, 2},      {"fill", 2, 2}};
}

TEST(RandomPrograms, memory_stream) {
    campaign({"memory_stream", capacities.size(), calls(),
              [](int variant) -> std::unique_ptr<subject> { return std::make_unique<memory_subject>(variant); },
              [](int variant) -> std::unique_ptr<model> {
                  return std::make_unique<stream_model>(capacities[static_cast<std::size_t>(variant)]);
              }});
}

TEST(RandomPrograms, network_stream) {
    campaign({"network_stream", 64, calls(),
              [](int) -> std::unique_ptr<subject> { return std::make_unique<network_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<stream_model>(1); }, true});
}

}  // namespace
