#include <rota/io/standard_streams.hpp>

#include <rota/base/error.hpp>
#include <rota/io/connect_pipe.hpp>
#include "engine/descriptor.hpp"

#include <string>

namespace rota::inline v0 {
namespace {

stream open_standard(int descriptor, char const* name, stream_options const& options) {
    int const own = detail::open_again(descriptor, descriptor == 0);
    if (own < 0) detail::throw_system_error(-own, "open", name);
    return connect_read_pipe(own, name, options);
}

}  // namespace

stream open_stdin(stream_options const& options) { return open_standard(0, "standard input", options); }
stream open_stdout(stream_options const& options) { return open_standard(1, "standard output", options); }
stream open_stderr(stream_options const& options) { return open_standard(2, "standard error", options); }

}  // namespace rota::inline v0
