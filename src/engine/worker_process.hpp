#pragma once

#include <rota/engine/engine.hpp>

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace rota::inline v0::detail {

/// This program once more, as a process that answers requests: a frame goes there, one comes back. Its calls block, one
/// thread at a time; `kill` may come from any.
class worker_process {
public:
    /// Throws `system_error`.
    worker_process();
    worker_process(worker_process const&) = delete;
    worker_process& operator=(worker_process const&) = delete;
    /// Tells it to end, and waits for that.
    ~worker_process();

    /// Between two requests: whether it is there to answer the next.
    bool is_alive() const noexcept;
    /// False: it has ended instead of answering.
    bool ask(std::string_view name, std::string_view request, bool& failed, std::string& answer);

    /// Ends it at once: `ask` comes back.
    void kill() noexcept;
    /// Waits for its end, and says how that came: `died of signal 11`.
    std::string how_it_ended();

private:
    void reap(int options) noexcept;

    int socket_ = -1;
    ::pid_t pid_ = -1;
    int status_ = 0;
    bool reaped_ = false;
    std::mutex mutex_;  // a process that was reaped is killed no more
};

/// In a process that `worker_process` has made: answers requests by `handle`, and never returns. In others: returns.
void serve_as_worker(bool (*handle)(std::string_view name, std::string_view request, std::string& answer));

}  // namespace rota::inline v0::detail
