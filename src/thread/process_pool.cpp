#include <rota/thread/process_pool.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include "engine/worker_process.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace {

// Constructed before any global that is registered in it.
std::mutex& registry_mutex() {
    static std::mutex mutex;
    return mutex;
}
detail::named_function* first_function = nullptr;

}  // namespace

namespace detail {

named_function::named_function(std::string name, caller call) : name_(std::move(name)), call_(call) {
    std::lock_guard const held(registry_mutex());
    for (auto* each = first_function; each != nullptr; each = each->next_)
        if (each->name_ == name_) throw_usage_error("process_function: there is one of that name already");
    next_ = std::exchange(first_function, this);
}

named_function::~named_function() {
    std::lock_guard const held(registry_mutex());
    for (auto** place = &first_function; *place != nullptr; place = &(*place)->next_) {
        if (*place != this) continue;
        *place = next_;
        return;
    }
}

/// False: `answer` says what went wrong.
bool call_named(std::string_view name, std::string_view arguments, std::string& answer) {
    named_function const* found = nullptr;
    {
        std::lock_guard const held(registry_mutex());
        for (found = first_function; found != nullptr && found->name_ != name;) found = found->next_;
    }
    try {
        if (found == nullptr)
            answer.assign("a worker knows no function ").append(name).append(": make it before process_pool_worker");
        else
            answer = found->call_(*found, arguments);
        return found != nullptr;
    } catch (std::exception const& error) {
        answer = error.what();
    } catch (...) {
        answer = "an exception of an unknown type";
    }
    return false;
}

}  // namespace detail

class process_pool::workers {
public:
    using worker = std::unique_ptr<detail::worker_process>;

    /// One to ask, which the pool's end kills until it is given back or dropped.
    worker take() {
        worker taken;
        {
            std::lock_guard const held(mutex_);
            // One that has died of something else meanwhile is no fault of who comes now.
            while (!idle_.empty() && !(taken && taken->is_alive())) {
                taken = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (!taken || !taken->is_alive()) taken = std::make_unique<detail::worker_process>();
        std::lock_guard const held(mutex_);
        if (ended_) throw cancelled_error();
        busy_.push_back(taken.get());
        return taken;
    }
    /// True: the pool has ended meanwhile.
    bool no_longer_busy(worker const& asked) noexcept {
        std::lock_guard const held(mutex_);
        std::erase(busy_, asked.get());
        return ended_;
    }
    void give_back(worker given) {
        std::lock_guard const held(mutex_);
        idle_.push_back(std::move(given));
    }
    void kill_busy() noexcept {
        std::lock_guard const held(mutex_);
        ended_ = true;
        for (auto* const each : busy_) each->kill();
    }

private:
    std::mutex mutex_;
    bool ended_ = false;
    std::vector<worker> idle_;
    std::vector<detail::worker_process*> busy_;
};

process_pool::process_pool(std::uint32_t count)
    : workers_(std::make_unique<workers>()),
      threads_(count != 0 ? count : std::max(std::thread::hardware_concurrency(), 1U)) {}

process_pool::~process_pool() {
    threads_.shutdown(false, true);
    workers_->kill_busy();
}

void process_pool_worker() { detail::serve_as_worker(&detail::call_named); }

bool process_pool::simulated_here() { return detail::simulated_loop_here() != nullptr; }

std::string process_pool::exchange(std::string const& name, std::string const& request, bool here,
                                   std::stop_token const& stop) {
    std::string answer;
    if (here) {
        if (!detail::call_named(name, request, answer)) throw worker_error(answer);
        return answer;
    }
    auto worker = workers_->take();
    bool failed = false;
    bool answered = false;
    try {
        std::stop_callback const killing(stop, [&] { worker->kill(); });
        answered = worker->ask(name, request, failed, answer);
    } catch (...) {
        workers_->no_longer_busy(worker);  // no memory for the answer
        throw;
    }
    bool const dropped = workers_->no_longer_busy(worker);
    if (!answered) {
        std::string const how = worker->how_it_ended();
        if (stop.stop_requested() || dropped) throw cancelled_error();
        throw worker_died("process_pool: a worker " + how + " in " + name);
    }
    // One that was killed when it had answered is no use to anybody.
    if (!stop.stop_requested() && !dropped) workers_->give_back(std::move(worker));
    if (failed) throw worker_error(answer);
    return answer;
}

}  // namespace rota::inline v0
