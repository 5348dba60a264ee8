#include "simulated_workers.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/scheduler.hpp>

#include <cerrno>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

struct simulated_workers::worker : blocking_operation {
    worker(std::shared_ptr<simulated_workers> of, lane& in, executor_work& given) noexcept
        : blocking_operation(&worker::run_it, &worker::completed), owner(std::move(of)), place(in), has(&given) {}

    static void run_it(blocking_operation& op) noexcept {
        auto& self = static_cast<worker&>(op);
        if (!self.has) return;
        auto& given = *std::exchange(self.has, nullptr);
        run(given);
        given.ended(0);
    }
    static void completed(operation& op) noexcept {
        auto& self = static_cast<worker&>(op);
        auto const keep = self.owner;
        keep->worker_ended(self);
    }

    std::shared_ptr<simulated_workers> owner;
    lane& place;
    executor_work* has;
};

struct simulated_workers::lane {
    scheduler* home = nullptr;
    intrusive_list<operation> queued;
    std::list<worker> workers;
};

simulated_workers::simulated_workers(std::uint32_t limit) noexcept : limit_(limit) {}
simulated_workers::~simulated_workers() = default;

void simulated_workers::run(executor_work& work) noexcept {
    // It is no task's turn, as it would be none on a thread.
    auto* const before = std::exchange(hot.current, nullptr);
    work.work(work);
    hot.current = before;
}

simulated_workers::lane* simulated_workers::lane_here() noexcept {
    std::lock_guard const held(mutex_);
    auto const found = lanes_.find(hot.running);
    return found != lanes_.end() ? found->second.get() : nullptr;
}

void simulated_workers::submit(executor_work& work) {
    lane* in = nullptr;
    {
        std::lock_guard const held(mutex_);
        auto& place = lanes_[work.home];
        if (!place) place = std::make_unique<lane>();
        in = place.get();
    }
    in->home = work.home;
    if (in->workers.size() >= limit_)
        in->queued.push_back(work);
    else
        start(*in, work);
}

void simulated_workers::start(lane& in, executor_work& work) {
    worker& made = in.workers.emplace_back(shared_from_this(), in, work);
    if (!in.home->kernel().submit(made)) return;
    int const error = -made.result();
    in.workers.pop_back();
    throw_system_error(error, "thread_pool: simulate a thread");
}

void simulated_workers::worker_ended(worker& ended) noexcept {
    lane& in = ended.place;
    in.workers.remove_if([&](worker const& each) { return &each == &ended; });
    while (auto* const next = in.queued.pop_front()) {
        auto& work = static_cast<executor_work&>(*next);
        try {
            start(in, work);
            return;
        } catch (...) {
            // Memory is short: the time that it would have taken is left out.
            run(work);
            work.ended(0);
        }
    }
    if (!in.workers.empty()) return;
    std::lock_guard const held(mutex_);
    lanes_.erase(in.home);
}

bool simulated_workers::withdraw(executor_work& work) noexcept {
    lane* const in = lane_here();
    if (!in) return false;
    if (work.linked()) {
        work.unlink();
        work.ended(-ECANCELED);
        return true;
    }
    for (worker& each : in->workers) {
        if (each.has != &work) continue;
        each.has = nullptr;
        in->home->kernel().cancel(each);
        work.ended(-ECANCELED);
        return true;
    }
    return false;
}

void simulated_workers::cancel_queued() noexcept {
    lane* const in = lane_here();
    if (!in) return;
    while (auto* const next = in->queued.pop_front()) static_cast<executor_work&>(*next).ended(-ESHUTDOWN);
}

void simulated_workers::finish_now() noexcept {
    lane* const in = lane_here();
    if (!in) return;
    auto const finish = [](executor_work& work) {
        run(work);
        work.ended(0);
    };
    for (worker& each : in->workers)
        if (each.has) finish(*std::exchange(each.has, nullptr));
    while (auto* const next = in->queued.pop_front()) finish(static_cast<executor_work&>(*next));
}

}  // namespace rota::inline v0::detail
