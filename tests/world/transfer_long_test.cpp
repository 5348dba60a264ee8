// Much data through each kind of stream, on each engine of the kernel's: it arrives as it was sent. ROTA_TRIAL_MIB says how
// much, in MiB (1024).
#include "world/stream_outcomes.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <span>

namespace {

using namespace world_kit;

constexpr std::size_t block_words = 8192;
using block = std::array<std::uint64_t, block_words>;

std::size_t blocks() {
    char const* const given = std::getenv("ROTA_TRIAL_MIB");
    return (given != nullptr ? std::stoul(given) : 1024) * 1024 * 1024 / sizeof(block);
}

/// A sum that tells order and value of each word.
class digest {
public:
    void add(block const& words) {
        for (auto const word : words) sum_ = std::rotl(sum_ ^ word, 23) * 0x9e3779b97f4a7c15U;
    }
    std::uint64_t value() const { return sum_; }

private:
    std::uint64_t sum_ = 1;
};

coro<std::uint64_t> send(rota::stream& to) {
    digest sum;
    block words{};
    std::uint64_t state = 88172645463325252U;
    for (std::size_t number = blocks(); number != 0; --number) {
        for (auto& each : words) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            each = state;
        }
        sum.add(words);
        co_await to.write(std::as_bytes(std::span(words)));
    }
    co_await to.write_eof();
    co_return sum.value();
}

coro<std::uint64_t> receive(rota::stream& from) {
    digest sum;
    block words{};
    auto const room = std::as_writable_bytes(std::span(words));
    std::size_t filled = 0;
    std::size_t all = 0;
    while (true) {
        auto const count = co_await from.read_into(room.subspan(filled));
        if (count == 0) break;
        filled += count;
        all += count;
        if (filled != room.size()) continue;
        sum.add(words);
        filled = 0;
    }
    EXPECT_EQ(all, blocks() * sizeof(block));
    co_return sum.value();
}

class Transfer : public testing::TestWithParam<contestant> {
protected:
    void carry(std::string const& name) {
        for (auto const& kind : kernel_kinds()) {
            if (kind.name != name) continue;
            rota::run(rota::runner_options(GetParam().kind), [&]() -> coro<> {
                auto ends = co_await kind.make();
                auto const sending = rota::create_task(send(ends.writer));
                auto const got = co_await receive(ends.reader);
                auto const sent = co_await sending;
                EXPECT_EQ(got, sent);
                co_await ends.reader.close();
                co_await ends.writer.close();
            });
            return;
        }
        GTEST_SKIP() << "built without " << name;
    }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, Transfer, testing::ValuesIn(real_engines()), name_of);

TEST_P(Transfer, OfAGibibyteOverTcpArrivesAsItWasSent) { carry("TCP"); }
TEST_P(Transfer, OfAGibibyteOverAUnixSocketArrivesAsItWasSent) { carry("Unix"); }
TEST_P(Transfer, OfAGibibyteThroughAPipeArrivesAsItWasSent) { carry("pipe"); }
TEST_P(Transfer, OfAGibibyteOverTlsArrivesAsItWasSent) { carry("TLS"); }

}  // namespace
