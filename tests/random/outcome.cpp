#include "outcome.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/exception_group.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/errors.hpp>
#include <rota/sync/barrier.hpp>
#include <rota/sync/queue.hpp>

#include <cstddef>

namespace random_programs {

outcome current_outcome() {
    try {
        throw;
    } catch (rota::cancelled_error const&) {
        return {ending::cancelled};
    } catch (raised_error const& error) {
        return {ending::raised, error.by};
    } catch (rota::timeout_error const&) {
        return {ending::timed_out};
    } catch (rota::exception_group const& group) {
        return {ending::group, static_cast<std::int32_t>(group.exceptions().size())};
    } catch (rota::invalid_state_error const&) {
        return {ending::invalid};
    } catch (rota::usage_error const&) {
        return {ending::misuse};
    } catch (rota::queue_shut_down const&) {
        return {ending::shut_down};
    } catch (rota::queue_full const&) {
        return {ending::full};
    } catch (rota::queue_empty const&) {
        return {ending::empty};
    } catch (rota::broken_barrier_error const&) {
        return {ending::broken};
    } catch (...) {
        return {ending::stranger};
    }
}

outcome outcome_of(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (...) {
        return current_outcome();
    }
}

std::string to_text(outcome shown) {
    constexpr char const* names[] = {
        "nothing", "value", "cancelled", "timed out", "error of task",           "group of", "misuse", "shut down",
        "full",    "empty", "broken",    "bad state", "an error of another kind"};
    std::string text = names[static_cast<std::size_t>(shown.how)];
    if (shown.how == ending::value || shown.how == ending::raised || shown.how == ending::group)
        text.append(" ").append(std::to_string(shown.value));
    return text;
}

}  // namespace random_programs
