// A hundred pages, never more than twenty at once, with the results in order; then what came is stored, eight at a time.
#include <rota/rota.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

int running = 0;
int most = 0;

rota::coro<std::string> fetch(std::string const& url) {
    most = std::max(most, ++running);
    co_await rota::sleep(5ms);
    --running;
    co_return "page of " + url;
}

struct archive {
    std::size_t pages = 0;
    std::size_t bytes = 0;
};

rota::coro<> store(std::string const& page, archive& into) {
    co_await rota::yield();
    ++into.pages;
    into.bytes += page.size();
}

rota::coro<> async_main() {
    std::vector<std::string> urls;
    for (int i = 100; i < 200; ++i) urls.push_back("/" + std::to_string(i));

    auto pages = co_await rota::map_concurrent(urls, 20, fetch);
    std::printf("%zu pages, at most %d at once; the last: %s\n", pages.size(), most, pages.back().c_str());

    archive kept;
    co_await rota::for_each_concurrent(pages, 8, store, std::ref(kept));
    std::printf("%zu stored, %zu bytes\n", kept.pages, kept.bytes);
}

int main() { rota::run(async_main()); }
