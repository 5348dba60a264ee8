#include <rota/detail/wait_list.hpp>

#include <rota/base/error.hpp>

#include <string>

namespace rota::inline v0::detail {

void waiter::throw_abandoned() const {
    throw usage_error(std::string(waits_for()) +
                      ": destroyed while tasks wait for it; let it outlive the tasks that use it");
}

void wait_list::throw_other_loop(waiter const& w) {
    throw usage_error(std::string(w.waits_for()) +
                      ": tasks of another loop wait for it; a sync object belongs to one loop at a time");
}

bool wait_list::wake_elsewhere(char const* call) {
    if (call != nullptr) check_owner(call);
    waiter& woken = of(root_.next);
    woken.unlink();
    wake(*woken.task);
    return true;
}

void wait_list::abandon_all() noexcept {
    while (waiter* const left = pop()) {
        left->object = nullptr;
        wake(*left->task);
    }
}

}  // namespace rota::inline v0::detail
