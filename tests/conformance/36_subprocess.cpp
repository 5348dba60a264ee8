// A child process: piped input and output, exit status, kill.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <csignal>

namespace program_36 {
using conformance::bytes;
using conformance::print;

rota::coro<> async_main() {
    rota::process_options in_and_out(rota::subprocess::pipe, rota::subprocess::pipe);
    auto p = co_await rota::create_subprocess_exec(in_and_out, "tr", "a-z", "A-Z");
    auto said = co_await p.communicate("shout");
    print(bytes(said.out), p.returncode());
    rota::process_options errors;
    errors.stderr = rota::subprocess::pipe;
    p = co_await rota::create_subprocess_shell(errors, "echo oops >&2; exit 3");
    said = co_await p.communicate();
    print(bytes(said.err), p.returncode());
    p = co_await rota::create_subprocess_exec("sleep", "10");
    p.kill();
    print(co_await p.wait() == -SIGKILL);
    try {
        co_await rota::create_subprocess_exec("/no/such/program");
    } catch (rota::system_error const& error) {
        if (error.code() == std::errc::no_such_file_or_directory) print("not found");
    }
}

conformance::program const here(async_main);
}  // namespace program_36
