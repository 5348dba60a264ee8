#include <rota/detail/generator_promise.hpp>

#include <rota/base/error.hpp>
#include <rota/core/async_generator.hpp>
#include <rota/core/debug.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/open_generators.hpp>
#include <rota/detail/report.hpp>

#include <string>
#include <typeinfo>
#include <utility>

namespace rota::inline v0::detail {
namespace {

// Where an error or a cancel unwinds, too: that is what with_aclosing is for, and what surprises most.
void report_dropped(generator_base const& suspended) noexcept {
    try {
        report_debug(
            "an async_generator, suspended at " + describe_line(suspended.line) +
            ", was dropped before its end: close it with with_aclosing or aclose; its loop does that later, when "
            "what it refers to may be gone");
    } catch (...) {
        report_debug({});
    }
}

}  // namespace

bool generator_base::prepare_next() {
    switch (state) {
        case generator_state::fresh: static_cast<loop*>(hot.running)->open_generators().add(*this); return true;
        case generator_state::suspended:
            if (home != hot.running) throw_usage_error("async_generator: it was begun in another loop");
            return true;
        case generator_state::running:
            throw_usage_error("async_generator: next was called while another next or aclose of it is awaited");
        case generator_state::over: break;
    }
    return false;
}

bool generator_base::prepare_close() {
    if (state == generator_state::fresh) state = generator_state::over;
    if (state == generator_state::running)
        throw_usage_error("async_generator: aclose was called while a next or aclose of it is awaited");
    return state != generator_state::over && prepare_next();
}

std::exception_ptr generator_base::take_end() noexcept {
    state = generator_state::over;
    item = nullptr;
    leave_home();
    return std::move(error);
}

void generator_base::leave_home() noexcept {
    if (linked()) unlink();
    home = nullptr;
}

void generator_base::drop() noexcept {
    dropped = true;
    if (state == generator_state::running || has_closer) return;
    if (state == generator_state::suspended && home != nullptr) {
        if (debug_mode()) [[unlikely]]
            report_dropped(*this);
        static_cast<loop*>(home)->open_generators().drop(*this);
    } else {
        destroy();
    }
}

void generator_base::destroy() noexcept {
    leave_home();
    if (context != nullptr) release(std::exchange(context, nullptr));
    frame().destroy();
}

void generator_yield::throw_exit() { throw generator_exit(); }

void generator_close_awaiter::await_resume() {
    if (task_ == nullptr) return;
    task_->leave_shield(record_);
    generator_base& closed = *closed_;
    bool const goes_on = closed.state == generator_state::suspended;
    std::exception_ptr const error = closed.take_end();
    closed.drop_if_orphaned();
    if (goes_on)
        throw_usage_error(
            "async_generator: it went on after the generator_exit that its co_yield threw; let that pass");
    if (error && *error.__cxa_exception_type() != typeid(generator_exit)) std::rethrow_exception(error);
}

}  // namespace rota::inline v0::detail
