#include <rota/detail/open_generators.hpp>

#include <rota/core/coro.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/generator_promise.hpp>
#include <rota/detail/task_start.hpp>

#include <exception>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// What a closing task holds, from before its first turn, which may never come.
class closing_generator {
public:
    closing_generator(open_generators& owner, generator_base& of) noexcept : owner_(&owner), of_(&of) {
        of.has_closer = true;
        ++owner.closing_;
    }
    closing_generator(closing_generator&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), of_(std::exchange(other.of_, nullptr)) {}
    closing_generator& operator=(closing_generator&&) = delete;
    ~closing_generator() {
        if (owner_ == nullptr) return;
        --owner_->closing_;
        of_->has_closer = false;
        // Of one that was not closed the list still knows, and tries again when the loop ends.
        if (of_->dropped && of_->state == generator_state::over) of_->destroy();
    }

    generator_base& get() const noexcept { return *of_; }
    loop& home() const noexcept { return owner_->home_; }

private:
    open_generators* owner_;
    generator_base* of_;
};

namespace {

coro<> close(closing_generator held) {
    std::exception_ptr error;
    try {
        co_await generator_close_awaiter(held.get());
    } catch (...) {
        error = std::current_exception();
    }
    if (!error) co_return;
    try {
        held.home().call_exception_handler({"an error occurred while an async_generator was closed", error});
    } catch (...) {
        held.home().call_exception_handler({"out of memory", error});
    }
}

}  // namespace

void open_generators::callback::call() {
    queued = false;
    owner.close_dropped();
}

void open_generators::add(generator_base& begun) noexcept {
    begun.home = &home_;
    open_.push_back(begun);
}

void open_generators::drop(generator_base& suspended) noexcept {
    if (suspended.context == nullptr) suspended.context = share(current_context());
    suspended.unlink();
    dropped_.push_back(suspended);
    if (std::exchange(close_dropped_.queued, true)) return;
    close_dropped_.add_reference();
    home_.push(close_dropped_);
}

// Where there is no memory for a task, it and those behind it stay for the end of the loop.
void open_generators::close_dropped() {
    while (generator_base* const next = dropped_.front()) {
        make_closer(*next);
        next->unlink();
        open_.push_back(*next);
    }
}

void open_generators::make_closer(generator_base& suspended) {
    task_state* const task = make_task(close(closing_generator(*this, suspended)), std::source_location::current());
    release(std::exchange(task->context, share(suspended.context)));
    home_.adopt_lazily(*task);
    task->drop_reference();
}

bool open_generators::close_all() noexcept {
    open_.splice_back(dropped_);
    bool some = false;
    for (generator_base* each = open_.front(); each != nullptr;) {
        generator_base& one = *each;
        each = open_.after(one);
        if (one.state != generator_state::suspended || one.has_closer) continue;
        some = true;
        try {
            make_closer(one);
        } catch (...) {
            home_.call_exception_handler({"out of memory", std::current_exception()});
            one.leave_home();
            if (one.dropped) one.destroy();
        }
    }
    return some;
}

void open_generators::abandon() noexcept {
    intrusive_list<generator_base> orphans;
    open_.splice_back(dropped_);
    while (generator_base* const each = open_.pop_front()) {
        each->home = nullptr;
        if (each->dropped && each->state == generator_state::suspended) orphans.push_back(*each);
    }
    while (generator_base* const each = orphans.pop_front()) each->destroy();
}

}  // namespace rota::inline v0::detail
