#include <rota/detail/promise.hpp>

#include "making.hpp"

#include <rota/core/debug.hpp>
#include <rota/detail/report.hpp>

#include <exception>
#include <string>
#include <utility>

namespace rota::inline v0::detail {
namespace {

thread_local constinit bool discarding = false;

}  // namespace

void destroy_unawaited(promise_base& root) noexcept {
    if (debug_mode() && !discarding) [[unlikely]] {
        try {
            report_debug("a coroutine was never awaited: " + std::string(root.line.function_name()) + ", " +
                         describe_line(root.line) + "; co_await it, or give it to create_task" +
                         describe_making(root.frame().address()));
        } catch (std::exception const&) {
            report_debug({});
        }
    }
    root.frame().destroy();
}

void destroy_unbegun(promise_base& root) noexcept {
    bool const before = std::exchange(discarding, true);
    root.frame().destroy();
    discarding = before;
}

}  // namespace rota::inline v0::detail
