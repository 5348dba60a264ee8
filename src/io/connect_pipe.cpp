#include <rota/io/connect_pipe.hpp>

#include "pipe_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>

#include <memory>
#include <utility>

namespace rota::inline v0 {
namespace {

stream connect_pipe(int descriptor, std::string name, stream_options const& options) {
    engine& kernel = running_loop().kernel();
    if (name.empty()) name = "descriptor " + std::to_string(descriptor);
    io_handle handle;
    if (auto const result = kernel.adopt(descriptor, handle); result < 0)
        detail::throw_system_error(-result, "take over", std::move(name));
    struct closed_unless_taken {
        engine& of;
        io_handle handle;
        ~closed_unless_taken() {
            if (handle) of.close(handle);
        }
    } held{kernel, handle};
    auto transport = std::make_unique<detail::pipe_transport>(running_loop(), handle, std::move(name));
    stream made(std::move(transport), options);
    held.handle = {};
    return made;
}

}  // namespace

stream connect_read_pipe(int descriptor, std::string name, stream_options const& options) {
    return connect_pipe(descriptor, std::move(name), options);
}

stream connect_write_pipe(int descriptor, std::string name, stream_options const& options) {
    return connect_pipe(descriptor, std::move(name), options);
}

}  // namespace rota::inline v0
