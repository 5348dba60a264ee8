// What the tests of the core share.
#pragma once

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/core/deadlock_error.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/run.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace core_kit {

using namespace std::chrono_literals;
using log = std::vector<std::string>;
using strings = std::vector<std::string>;

/// Runs on the simulated engine: time is virtual, and what can never end is a `deadlock_error`.
template <class... Main>
auto run_simulated(Main&&... main) {
    return rota::run(rota::runner_options(rota::engine_kind::simulated), std::forward<Main>(main)...);
}

/// The blocks of this thread that are not returned yet.
struct live_blocks {
    std::uint64_t frames = rota::detail::frame_pool::count().live();
    std::uint64_t tasks = rota::detail::slab_store::count().live();
    friend bool operator==(live_blocks const&, live_blocks const&) = default;
    friend void PrintTo(live_blocks const& blocks, std::ostream* out) {
        *out << blocks.frames << " frames, " << blocks.tasks << " tasks";
    }
};

/// Each test of the core gives back all that it took.
class test : public testing::Test {
protected:
    void TearDown() override {
        if (!blocks_wander_) {
            EXPECT_EQ(live_blocks(), before_);
        }
    }
    /// Blocks are counted by the thread that takes and the one that returns them: with two, neither's count is even.
    void blocks_wander() { blocks_wander_ = true; }

private:
    live_blocks before_;
    bool blocks_wander_ = false;
};

/// What the exception handler of the running loop is told from now on, as `MESSAGE | WHAT`.
class reports {
public:
    reports() {
        rota::running_loop().set_exception_handler([this](rota::loop&, rota::exception_context const& context) {
            std::string text = context.message;
            if (context.exception) {
                try {
                    std::rethrow_exception(context.exception);
                } catch (std::exception const& error) {
                    text.append(" | ").append(error.what());
                } catch (...) {
                    text.append(" | no std::exception");
                }
            }
            told.push_back(text);
        });
    }
    reports(reports const&) = delete;
    reports& operator=(reports const&) = delete;
    ~reports() { rota::running_loop().set_exception_handler({}); }

    strings told;
};

/// Runs `f` and gives the text of the E it throws; a failure where it throws none.
template <class E, class F>
std::string what_of(F&& f) {
    try {
        f();
    } catch (E const& error) {
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

}  // namespace core_kit
