#include "fetch.hpp"

#include "fetch_report.hpp"
#include "page_file.hpp"
#include "page_names.hpp"
#include "process_facts.hpp"
#include "trusted_roots.hpp"
#include "url_list.hpp"

#include <rota/combine/task_group.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/http/client_session.hpp>
#include <rota/signal/signal_receiver.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

namespace tools {
namespace {

using namespace std::chrono_literals;

struct page {
    enum class fate : std::uint8_t { missing, ok, failed };

    std::string text;
    std::string file_name;
    fate what_became = fate::missing;
};

// A page that is on its way: what can be said about it when it fails.
struct progress {
    enum class stage : std::uint8_t { before_answer, body };
    stage at = stage::before_answer;
    std::uint64_t received = 0;
};

// Where a page's body goes: to a file, to standard output, or nowhere.
class page_sink {
public:
    page_sink(page_folder const* folder, bool to_output, std::string const& name, std::size_t number)
        : to_output_(to_output) {
        if (folder != nullptr) file_.emplace(*folder, name, number);
    }
    void write(std::string_view bytes) {
        if (file_) file_->write(bytes);
        if (to_output_ && !write_all(STDOUT_FILENO, bytes)) throw rota::system_error(errno, "write", "standard output");
    }
    void commit() {
        if (file_) file_->commit();
    }

private:
    std::optional<page_file> file_;
    bool to_output_;
};

class fetcher {
public:
    fetcher(fetch_options const& options, std::vector<page> pages, page_folder const* folder, bool to_output,
            std::shared_ptr<rota::ssl_context const> trusted)
        : options_(options),
          trusted_(std::move(trusted)),
          pages_(std::move(pages)),
          folder_(folder),
          screen_(::isatty(STDERR_FILENO) == 1, to_output),
          to_output_(to_output) {
        counts_.total = pages_.size();
    }

    rota::coro<> run() {
        rota::http::client_options session_options;
        session_options.max_idle = options_.at_once;
        session_options.ssl = trusted_;
        rota::http::client_session session(session_options);
        session_ = &session;
        auto watch = rota::create_task(watch_progress());
        co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
            auto const workers = std::min(options_.at_once, pages_.size());
            for (std::size_t i = 0; i < workers; ++i) group.create_task(work());
            co_return;
        });
        watch.cancel();
        counts_.threads = std::max(counts_.threads, thread_count());
        screen_.clear();
    }

    fetch_counts const& counts() const noexcept { return counts_; }

    std::vector<std::string_view> missing_pages() const {
        std::vector<std::string_view> result;
        for (auto const& one : pages_)
            if (one.what_became == page::fate::missing) result.push_back(one.text);
        return result;
    }
    fetch_screen& screen() noexcept { return screen_; }

private:
    rota::coro<> watch_progress() {
        while (true) {
            screen_.show(counts_, rota::clock::now());
            counts_.threads = std::max(counts_.threads, thread_count());
            co_await rota::sleep(100ms);
        }
    }

    rota::coro<> work() {
        while (next_ < pages_.size()) {
            auto const number = next_++;
            co_await fetch_page(number);
        }
    }

    rota::coro<> fetch_page(std::size_t number) {
        // Told also when the page is cancelled.
        struct running {
            fetch_counts& counts;
            explicit running(fetch_counts& of) : counts(of) {
                counts.most_at_once = std::max(counts.most_at_once, ++counts.running);
            }
            ~running() { --counts.running; }
        } const one_more(counts_);

        page& wanted = pages_[number];
        progress so_far;
        std::string failure;
        try {
            failure = co_await get_page(number, so_far);
        } catch (rota::timeout_error const&) {
            failure = fmt::format("timed out after {} s", options_.timeout);
            if (so_far.at == progress::stage::before_answer) {
                failure += ", before the answer came";
                ++counts_.unanswered;
            } else {
                failure += fmt::format(", {} bytes had come", so_far.received);
            }
        } catch (std::exception const& error) {
            failure = error.what();
        }
        if (failure.empty()) {
            wanted.what_became = page::fate::ok;
            ++counts_.ok;
        } else {
            wanted.what_became = page::fate::failed;
            ++counts_.failed;
            screen_.tell(harmless(wanted.text) + ": " + harmless(failure));
        }
    }

    // Gives why it is a failure though there was an answer; empty where it is none.
    rota::coro<std::string> get_page(std::size_t number, progress& so_far) {
        page const& wanted = pages_[number];
        if (has_comment_behind(wanted.text))
            co_return "a comment can not follow a URL: it is a line of its own that begins with #";
        rota::http::get_options how;
        how.timeout =
            std::chrono::duration_cast<rota::clock::duration>(std::chrono::duration<double>(options_.timeout));
        how.max_body = options_.max_size;
        auto const address = rota::http::url::parse(wanted.text);
        auto answer = co_await session_->get(address, how);
        auto const& head = answer.head();
        if (head.status >= 300) {
            auto text = refusal(head);
            co_await read_off(answer);
            co_return text;
        }
        so_far.at = progress::stage::body;
        page_sink sink(folder_, to_output_, wanted.file_name, number);
        while (true) {
            auto const part = co_await answer.read_some();
            if (part.empty()) break;
            sink.write(part);
            so_far.received += part.size();
            counts_.bytes += part.size();
        }
        sink.commit();
        co_return std::string();
    }

    // So that the connection serves the next page; a large body costs more than a new connection.
    static rota::coro<> read_off(rota::http::response& answer) {
        constexpr std::uint64_t cheap = 16384;
        if (answer.content_length().value_or(cheap + 1) > cheap) co_return;
        try {
            bool more = true;
            while (more) {
                auto const part = co_await answer.read_some();
                more = !part.empty();
            }
        } catch (std::exception const&) {
            // The status is what is told.
        }
    }

    static std::string refusal(rota::http::response_head const& head) {
        auto text = fmt::format("status {} {}", head.status, head.reason);
        while (text.ends_with(' ')) text.pop_back();
        if (head.status < 400) {
            if (auto const location = head.fields.find("location"))
                text += fmt::format(", which leads to {}; redirects are not followed yet", *location);
        }
        return text;
    }

    fetch_options const& options_;
    std::shared_ptr<rota::ssl_context const> trusted_;
    std::vector<page> pages_;
    page_folder const* folder_;
    rota::http::client_session* session_ = nullptr;
    fetch_screen screen_;
    fetch_counts counts_;
    std::size_t next_ = 0;
    bool to_output_;
};

std::vector<page> pages_wanted(fetch_options const& options) {
    std::vector<page> pages;
    auto const add = [&](std::vector<std::string> const& urls) {
        for (auto const& text : urls) pages.push_back({text, {}, {}});
    };
    bool input_read = false;
    for (auto const& text : options.urls) {
        if (text == "-" && !std::exchange(input_read, true))
            add(read_url_list("-"));
        else if (text != "-")
            pages.push_back({text, {}, {}});
    }
    if (!options.input.empty()) add(read_url_list(options.input));
    if (options.urls.empty() && options.input.empty() && ::isatty(STDIN_FILENO) == 0) add(read_url_list("-"));
    return pages;
}

void name_files(std::vector<page>& pages) {
    page_names names;
    for (auto& one : pages) {
        try {
            one.file_name = names.assign(rota::http::url::parse(one.text));
        } catch (rota::http::url_error const&) {
            // Told when its turn comes.
        }
    }
}

void fit_descriptors(fetch_options& options) {
    auto const limit = raise_descriptor_limit();
    constexpr std::size_t others = 32;
    std::size_t const each = options.folder.empty() ? 1 : 2;
    auto const possible = limit > others + each ? (limit - others) / each : 1;
    if (options.at_once <= possible) return;
    fmt::print(stderr, "rota fetch: -j {} lowered to {}: this process may have {} files open (ulimit -n)\n",
               options.at_once, possible, limit);
    options.at_once = possible;
}

// Who started this program may want it to outlive the signal, as `nohup` does.
bool is_ignored(int signal) {
    struct sigaction now{};
    return ::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN;
}

// As a runner does for Ctrl-C: the first signal cancels `main`, a second one kills.
rota::coro<> cancel_when_terminated(rota::any_task main, bool& terminated) {
    {
        rota::signal_receiver receiver(SIGTERM);
        co_await receiver.next();
    }
    terminated = true;
    main.cancel();
}

}  // namespace

int fetch(fetch_options options) {
    auto pages = pages_wanted(options);
    if (pages.empty()) {
        std::fputs("rota fetch: no URLs; give some, or a file of them with -i (rota fetch --help)\n", stderr);
        return 2;
    }
    std::shared_ptr<rota::ssl_context const> trusted;
    if (!options.trusted_file.empty()) trusted = trusting(options.trusted_file);
    std::optional<page_folder> folder;
    if (!options.folder.empty()) {
        folder.emplace(options.folder);
        name_files(pages);
    }
    fit_descriptors(options);

    bool const to_output = !folder && pages.size() == 1;
    auto const started = rota::clock::now();
    fetcher all(options, std::move(pages), folder ? &*folder : nullptr, to_output, std::move(trusted));
    bool terminated = false;
    auto const main = [&]() -> rota::coro<> {
        rota::task<> watch;
        if (!is_ignored(SIGTERM)) watch = rota::create_task(cancel_when_terminated(rota::current_task(), terminated));
        try {
            co_await all.run();
        } catch (rota::cancelled_error const&) {
            // Told here, before the loop is closed and the signal ends this process.
            all.screen().clear();
            std::fputs(missing(all.counts(), all.missing_pages(), all.screen().is_terminal()).c_str(), stderr);
            throw;
        }
    };
    try {
        rota::run(rota::runner_options(options.engine), main());
    } catch (rota::cancelled_error const&) {
        // The shell is to see what ended it.
        if (terminated) std::raise(SIGTERM);
        throw;
    }
    if (!to_output) {
        std::chrono::duration<double> const taken = rota::clock::now() - started;
        std::fputs(summary(all.counts(), taken.count(), peak_memory()).c_str(), stdout);
        std::fflush(stdout);
        std::fputs(advice(all.counts()).c_str(), stderr);
    }
    return all.counts().failed == 0 ? 0 : 1;
}

}  // namespace tools
