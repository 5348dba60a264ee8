#include "process_facts.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>

#include <sys/resource.h>

namespace tools {

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
    if (limit.rlim_cur < limit.rlim_max) {
        auto const before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    }
    return std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<std::size_t>::max());
}

std::size_t thread_count() {
    std::error_code error;
    std::filesystem::directory_iterator const threads("/proc/self/task", error);
    return error ? 1 : static_cast<std::size_t>(std::distance(begin(threads), end(threads)));
}

std::uint64_t peak_memory() {
    // Not getrusage: its figure knows the memory of who started this process.
    std::ifstream status("/proc/self/status");
    std::string word;
    std::uint64_t kibibytes = 0;
    while (status >> word)
        if (word == "VmHWM:" && status >> kibibytes) break;
    return kibibytes * 1024;
}

}  // namespace tools
