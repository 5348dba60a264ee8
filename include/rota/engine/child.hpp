#pragma once

#include <rota/engine/io_handle.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// Where one of a child's standard streams leads.
struct child_stream {
    enum class kind : std::uint8_t {
        /// Where the parent's leads.
        inherit,
        /// Nowhere: it reads the end, and what it is written is gone.
        null,
        /// To the parent, which gets the other end.
        pipe,
        /// To a descriptor of the parent's, which keeps it.
        descriptor,
        /// For standard error: where standard output leads.
        as_output,
    };
    child_stream() = default;
    constexpr explicit child_stream(kind where, int number = -1) noexcept : leads(where), descriptor(number) {}

    kind leads = kind::inherit;
    int descriptor = -1;
};

/// A child process that an engine is to start.
struct child_request {
    child_request() = default;

    /// Looked for in `PATH`, that of `environment` where there is one, unless there is a slash in it.
    std::string program;
    /// With the program's own name before them.
    std::vector<std::string> arguments;
    /// `NAME=value` each; the parent's where there is none.
    std::optional<std::vector<std::string>> environment;
    /// The parent's where there is none.
    std::optional<std::string> directory;
    /// Standard input, output and error.
    std::array<child_stream, 3> streams;
    /// What it has besides those; everything else is closed in it.
    std::vector<int> kept_descriptors;
    /// It leads a session, and so a process group, of its own.
    bool new_session = false;
    /// It joins this process group; 0: it leads one of its own.
    std::optional<int> process_group;
};

/// A child process that was started, or where that failed.
struct started_child {
    enum class step : std::uint8_t { preparing, directory, program };

    int pid = -1;
    /// Readable when it has ended; for `signal_child` and `reap_child`.
    io_handle process{};
    /// Our ends of its pipes.
    std::array<io_handle, 3> streams{};
    /// What failed, if anything did.
    step failed = step::preparing;
};

}  // namespace rota::inline v0
