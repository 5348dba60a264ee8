// An error that there is no memory for takes nothing with it.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

std::string const content = "bytes before a separator that does not come";

coro<> read_short_of_memory() {
    bool told = false;
    for (std::uint64_t n = 1; !told && n < 100; ++n) {
        auto ends = rota::memory_stream_pair();
        co_await ends.second.write(content);
        co_await ends.second.close();
        co_await ends.first.fill();
        general_memory.fail_allocation(n);
        try {
            (void)co_await ends.first.read_until("--");
        } catch (rota::incomplete_read_error const& error) {
            general_memory.fail_allocation(0);
            told = true;
            EXPECT_EQ(error.partial(), content);
        } catch (std::bad_alloc const&) {
            general_memory.fail_allocation(0);
        }
        std::string const left = co_await ends.first.read();
        EXPECT_EQ(left, told ? "" : content) << "allocation " << n;
        co_await ends.first.close();
    }
    EXPECT_TRUE(told);
}

TEST(TortureIncompleteRead, LeavesItsBytesWhereItCanNotBeTold) {
    if (!general_memory_can_fail) GTEST_SKIP() << "a sanitizer keeps the allocator";
    rota::engine_options options;
    options.kind = rota::engine_kind::simulated;
    rota::run(rota::runner_options(options), read_short_of_memory());
}

}  // namespace
