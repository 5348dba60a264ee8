#include <rota/fs/watch.hpp>

#include "file_state.hpp"

#include <rota/detail/hot.hpp>
#include <rota/detail/task_start.hpp>

#include <cerrno>
#include <deque>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace {

using kind = path_change::kind;

bool says(watch_event const& event, watch_bits bit) noexcept {
    return (event.what & static_cast<std::uint32_t>(bit)) != 0;
}

}  // namespace

struct detail::watch_state {
    watch_state(scheduler& on, std::string at) : home(&on), path(std::move(at)) {}
    watch_state(watch_state const&) = delete;
    watch_state& operator=(watch_state const&) = delete;
    ~watch_state() {
        // Outside its loop, which may be gone, the engine's own end closes it.
        if (handle && hot.running != nullptr && static_cast<scheduler*>(hot.running) == home)
            home->kernel().close(handle);
    }

    static path_watch give(std::shared_ptr<watch_state> state) noexcept { return path_watch(std::move(state)); }

    /// Where memory is short the rest of what was told stays for the next time.
    void take() {
        for (; taken < told.size(); ++taken) take(told[taken]);
        told.clear();
        taken = 0;
    }

    void take(watch_event& event) {
        if (says(event, watch_bits::overflow)) add(kind::overflow, {});
        if (says(event, watch_bits::created))
            add(kind::created, std::move(event.name));
        else if (says(event, watch_bits::modified))
            add(kind::modified, std::move(event.name));
        else if (says(event, watch_bits::closed))
            add(kind::written, std::move(event.name));
        else if (says(event, watch_bits::attributes))
            add(kind::attributes, std::move(event.name));
        else if (says(event, watch_bits::removed))
            add(kind::removed, std::move(event.name));
        else if (says(event, watch_bits::self_removed))
            add(kind::removed, {});
        else if (says(event, watch_bits::self_moved))
            add(kind::renamed, {});
        else if (says(event, watch_bits::moved_from)) {
            // A rename within the directory, if its other half comes next.
            add(kind::removed, std::move(event.name));
            leaving = event.cookie;
            return;
        } else if (says(event, watch_bits::moved_to)) {
            if (leaving == event.cookie && !waiting.empty() && waiting.back().what == kind::removed) {
                path_change& last = waiting.back();
                last.what = kind::renamed;
                last.old_name = std::exchange(last.name, std::move(event.name));
            } else {
                add(kind::created, std::move(event.name));
            }
        }
        leaving = 0;
        if (says(event, watch_bits::ended)) ended = true;
    }

    void add(kind what, std::string&& name) {
        if (!waiting.empty()) {
            path_change const& last = waiting.back();
            bool const same = last.what == what || (last.what == kind::created && what == kind::modified);
            if (same && last.name == name && what != kind::renamed) return;
        }
        auto& made = waiting.emplace_back();
        made.what = what;
        made.name = std::move(name);
    }

    scheduler* home;
    std::string path;
    io_handle handle{};
    std::deque<path_change> waiting{};
    /// What the engine has told; of it `taken` are in `waiting`.
    std::vector<watch_event> told{};
    std::size_t taken = 0;
    /// The cookie of half a rename.
    std::uint32_t leaving = 0;
    bool busy = false;
    bool ended = false;
};

namespace {

coro<std::optional<path_change>> next_of(std::shared_ptr<detail::watch_state> state) {
    if (detail::hot.running == nullptr || static_cast<detail::scheduler*>(detail::hot.running) != state->home)
        detail::throw_usage_error("a path_watch was used that belongs to another loop; watch there, too");
    if (state->busy) detail::throw_usage_error("path_watch: two tasks wait at once; let one wait, and tell the other");
    state->busy = true;
    struct at_end {
        bool& busy;
        ~at_end() { busy = false; }
    } const turn{state->busy};
    for (;;) {
        state->take();
        if (!state->waiting.empty()) break;
        if (state->ended) co_return std::nullopt;
        detail::file_awaiter<watch_operation> waiting("path_watch.next", state->handle);
        auto const result = co_await waiting;
        detail::check_result(result, "watch", state->path);
        state->told = std::move(waiting.events);
    }
    std::optional<path_change> first(std::move(state->waiting.front()));
    state->waiting.pop_front();
    co_return first;
}

}  // namespace

std::string const& path_watch::path() const {
    if (!state_) detail::throw_usage_error("an empty path_watch was used; watch gives full ones");
    return state_->path;
}

coro<std::optional<path_change>> path_watch::next() {
    path();
    return next_of(state_);
}

coro<path_watch> watch(std::string path) {
    detail::check_path(path);
    auto state = std::make_shared<detail::watch_state>(detail::running_scheduler("watch"), std::move(path));
    detail::file_awaiter<file_call_operation> opening("watch", file_action::watch, state->path.c_str());
    auto const result = co_await opening;
    detail::check_result(result, "watch", state->path);
    state->handle = opening.opened;
    co_return detail::watch_state::give(std::move(state));
}

}  // namespace rota::inline v0
