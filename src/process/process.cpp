#include <rota/process/process.hpp>

#include "process_state.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/gather.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/with_shield.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace rota::inline v0 {
namespace detail {
namespace {

coro<int> wait_for_end(process_ref child) {
    co_await child->ended.wait();
    co_return child->returncode.value();
}

coro<> feed(process_ref child, std::string_view input) {
    stream& to = child->streams[0];
    if (!to) co_return;
    try {
        if (!input.empty()) co_await to.write(input);
    } catch (rota::system_error const& error) {
        // It need not read what it is given.
        if (error.code() != std::errc::broken_pipe && error.code() != std::errc::connection_reset) throw;
    }
    co_await to.close();
}

coro<> gather_from(process_ref child, std::size_t number) {
    stream& from = child->streams[number];
    std::string& into = child->gathered[number - 1];
    while (from && !from.is_closing()) {
        // Taken where nothing can come between: what was read is either still in the stream, or here.
        into.append(from.buffered());
        from.consume(from.buffered().size());
        bool const more = co_await from.fill();
        if (!more) break;
    }
}

coro<process_output> communicate(process_ref child, std::string input) {
    if (!input.empty() && !child->streams[0])
        throw_usage_error("communicate: the child's standard input is no pipe, and can be given nothing");
    co_await gather(feed(child, input), gather_from(child, 1), gather_from(child, 2));
    co_await child->ended.wait();
    process_output said;
    said.out = std::exchange(child->gathered[0], {});
    said.err = std::exchange(child->gathered[1], {});
    co_return said;
}

coro<int> stop(process_ref child, clock::duration grace) {
    bool late = false;
    try {
        if (child->runs()) child->signal(SIGTERM, child->group());
        co_await wait_for(child->ended.wait(), grace);
    } catch (timeout_error const&) {
        late = true;
    }
    if (late) child->kill();
    co_await child->ended.wait();
    co_return child->returncode.value();
}

coro<> kill_and_wait(process_ref child) {
    child->kill();
    co_await child->ended.wait();
}

void refuse_null(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        throw_usage_error("create_subprocess: a null character in a text that the kernel reads up to there");
}

std::optional<std::vector<std::string>> environment_of(process_options const& options) {
    if (!options.env && options.extra_env.empty()) return std::nullopt;
    std::map<std::string, std::string> all = options.extra_env;
    if (options.env) {
        all.insert(options.env->begin(), options.env->end());
    } else {
        for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
            std::string_view const text(*each);
            auto const split = text.find('=', 1);
            if (split != std::string_view::npos) all.emplace(text.substr(0, split), text.substr(split + 1));
        }
    }
    std::vector<std::string> lines;
    for (auto const& [name, value] : all) {
        if (name.empty() || name.find('=') != std::string::npos)
            throw_usage_error("create_subprocess: an empty name in its environment, or one with a = in it");
        std::string line = name;
        line.append("=").append(value);
        refuse_null(line);
        lines.push_back(std::move(line));
    }
    return lines;
}

child_request request_for(process_options const& options, std::vector<std::string>&& command) {
    if (command.empty()) throw_usage_error("create_subprocess_exec: without a program");
    for (auto const& text : command) refuse_null(text);
    if (options.cwd) refuse_null(*options.cwd);
    child_request request;
    request.program = command.front();
    request.arguments = std::move(command);
    request.environment = environment_of(options);
    request.directory = options.cwd;
    request.streams = {options.stdin, options.stdout, options.stderr};
    request.kept_descriptors = options.pass_descriptors;
    request.new_session = options.start_new_session;
    request.process_group = options.process_group;
    return request;
}

[[noreturn]] void throw_not_started(child_request const& request, started_child const& started, int error) {
    using step = started_child::step;
    if (error == ENOSYS) throw_system_error(error, "start", request.program + " (this engine has no processes)");
    if (started.failed == step::directory)
        throw system_error(error, "start " + request.program + " in", *request.directory);
    if (started.failed == step::program) throw_system_error(error, "start", request.program);
    throw_system_error(error, "start", request.program + " (its descriptors, group or memory)");
}

}  // namespace
}  // namespace detail

coro<process> create_subprocess_exec(process_options options, std::vector<std::string> command) {
    loop& home = running_loop();
    auto const request = detail::request_for(options, std::move(command));
    bool const leads_group = options.start_new_session || options.process_group == 0;
    // All that takes memory first: a child that was started must not get lost.
    auto* const state = new detail::process_state(home, request.program, leads_group);
    process made = process::adopt(state);
    started_child started;
    if (auto const result = home.kernel().spawn(request, started); result < 0)
        detail::throw_not_started(request, started, -result);
    state->begin(started);
    state->open_streams(started, options.streams);
    co_return made;
}

coro<process> create_subprocess_shell(process_options options, std::string command) {
    std::vector<std::string> words;
    words.reserve(3);
    words.emplace_back("/bin/sh");
    words.emplace_back("-c");
    words.push_back(std::move(command));
    return create_subprocess_exec(std::move(options), std::move(words));
}

coro<process> create_subprocess_shell(std::string command) {
    return create_subprocess_shell(process_options(), std::move(command));
}

process::~process() {
    if (state_ != nullptr) state_->drop();
}

detail::process_state& process::state() const {
    if (state_ == nullptr)
        detail::throw_usage_error("an empty process was used; create_subprocess_exec gives full ones");
    return *state_;
}

int process::pid() const { return state().pid; }

std::optional<int> process::returncode() const { return state().returncode; }

stream& process::stream_of(std::size_t number, char const* name) {
    stream& of = state().streams[number];
    if (!of) detail::throw_usage_error((std::string("process: its ") + name + " is no pipe to us").c_str());
    return of;
}

stream& process::stdin() { return stream_of(0, "stdin"); }
stream& process::stdout() { return stream_of(1, "stdout"); }
stream& process::stderr() { return stream_of(2, "stderr"); }

coro<int> process::wait() {
    state().require_loop();
    return detail::wait_for_end(detail::process_ref(state()));
}

coro<process_output> process::communicate(std::string input) {
    state().require_loop();
    return detail::communicate(detail::process_ref(state()), std::move(input));
}

void process::send_signal(int signal) {
    state().require_loop();
    if (auto const result = state().signal(signal, 0); result < 0)
        detail::throw_system_error(-result, "send a signal to", state().name);
}

void process::send_signal_to_group(int signal) {
    state().require_loop();
    if (state().group() == 0)
        detail::throw_usage_error("process: it leads no group; process_options::process_group = 0 has it lead one");
    if (auto const result = state().runs() ? state().signal(signal, state().group()) : -ESRCH; result < 0)
        detail::throw_system_error(-result, "send a signal to the group of", state().name);
}

void process::terminate() { send_signal(SIGTERM); }
void process::kill() { send_signal(SIGKILL); }

coro<int> process::stop(clock::duration grace) {
    state().require_loop();
    return detail::stop(detail::process_ref(state()), grace);
}

coro<> process::kill_and_wait() { return detail::kill_and_wait(detail::process_ref(state())); }
coro<> detail::kill_and_wait_later(process const& child) {
    if (!child) co_return;
    detail::process_ref const kept(child.state());
    kept->kill();
    co_await kept->ended.wait();
}

}  // namespace rota::inline v0
