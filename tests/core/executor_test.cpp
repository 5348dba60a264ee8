#include <rota/core/executor.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/thread/to_thread.hpp>

#include <vector>

namespace {

using namespace io_kit;
using rota::coro;

/// Keeps its work until it is told to do it.
class hand_driven : public rota::executor {
    struct works final : rota::detail::executor_target {
        void submit(rota::detail::executor_work& work) override { waiting.push_back(&work); }
        bool withdraw(rota::detail::executor_work& work) noexcept override {
            if (std::erase(waiting, &work) == 0) return false;
            work.ended(-ECANCELED);
            return true;
        }
        std::vector<rota::detail::executor_work*> waiting;
    };

public:
    hand_driven() : executor(std::make_shared<works>()) {}
    std::vector<rota::detail::executor_work*>& waiting() { return static_cast<works&>(*target()).waiting; }
    void work() {
        auto const all = std::exchange(waiting(), {});
        for (auto* const each : all) {
            each->work(*each);
            each->ended(0);
        }
    }
};

TEST(Executor, OfALoopGetsWhatIsMeantForThreads) {
    run_simulated([]() -> coro<> {
        hand_driven by_hand;
        rota::running_loop().set_default_executor(by_hand);
        int ran = 0;
        auto note = [&] { return ++ran; };
        auto work = [&]() -> coro<int> { co_return co_await rota::to_thread(note); };
        auto const first = rota::create_task(work());
        auto const second = rota::create_task(work());
        co_await rota::yield();
        EXPECT_EQ(by_hand.waiting().size(), 2U);
        second.cancel();
        co_await rota::yield();
        co_await rota::yield();
        EXPECT_TRUE(second.cancelled());
        by_hand.work();
        EXPECT_EQ(co_await first, 1);
        rota::running_loop().set_default_executor(std::nullopt);
    });
}

}  // namespace
