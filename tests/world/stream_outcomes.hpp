// The outcomes of a stream's reads and writes, the same for each kind of stream.
#pragma once

#include "world/outcome.hpp"

#include <rota/io/stream.hpp>

namespace world_kit {

/// The end that reads in the tests, and the one that writes.
struct stream_ends {
    rota::stream reader;
    rota::stream writer;
};
using make_ends = coro<stream_ends> (*)();

/// What a kind of stream is like.
struct stream_kind {
    explicit stream_kind(make_ends how) : make(how) {}

    make_ends make;
    scope where = everywhere();
    /// Whether reading goes on behind a `write_eof` of the reader's own.
    bool both_ways = true;
    /// What a writer is told whose peer has gone.
    std::vector<std::errc> gone = {std::errc::broken_pipe, std::errc::connection_reset};
};

/// The kinds whose other end is in the kernel, for trials of big data.
struct named_kind {
    std::string name;
    make_ends make;
};
inline std::vector<named_kind>& kernel_kinds() {
    static std::vector<named_kind> all;
    return all;
}

void add_stream(std::string const& area, std::string const& name, stream_kind const& kind);

}  // namespace world_kit
