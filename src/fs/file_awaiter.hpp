// Awaits an operation on files.
#pragma once

#include <rota/detail/operation_awaiter.hpp>
#include <rota/engine/file_operation.hpp>

#include <cerrno>
#include <utility>

namespace rota::inline v0::detail {

/// As `operation_awaiter`, and an operation that was withdrawn for a cancel which has been taken back since is begun again.
template <class Operation>
class file_awaiter final : public operation_awaiter<Operation> {
public:
    template <class... Args>
    explicit file_awaiter(char const* what, Args&&... args)
        : operation_awaiter<Operation>(&file_awaiter::completed, what, std::forward<Args>(args)...) {}

private:
    static void completed(operation& op) noexcept {
        auto& self = static_cast<file_awaiter&>(op);
        task_state& task = self.task();
        if (op.result() == -ECANCELED && task.visible == 0 && !task.home->kernel().submit(op)) return;
        self.go_on();
    }
};

}  // namespace rota::inline v0::detail
