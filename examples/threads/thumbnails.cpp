// Pictures come one after the other, are made small by processes, all cores at once, and are stored in the order they came.
// A decoder that crashes over a broken picture takes a worker with it, and costs that picture alone.
#include <rota/rota.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

constexpr std::size_t width = 64;

// Every eighth point of every eighth line.
std::string make_thumbnail(std::string const& picture) {
    if (picture.starts_with("broken")) std::raise(SIGSEGV);  // as the best of decoders do
    std::string small;
    for (std::size_t line = 0; line < picture.size(); line += 8 * width)
        for (std::size_t at = 0; at < width; at += 8) small += picture[line + at];
    return small;
}

rota::process_function const thumbnail("thumbnail", make_thumbnail);

rota::async_generator<std::string> pictures() {
    for (int i = 0; i < 12; ++i) {
        co_await rota::sleep(1ms);  // as if they came from somewhere
        std::string picture(width * width, static_cast<char>('a' + i));
        if (i == 7) picture.replace(0, 6, "broken");
        co_yield picture;
    }
}

rota::coro<std::string> shrink(rota::process_pool& workers, std::string picture) {
    try {
        co_return co_await workers.call(thumbnail, picture);
    } catch (rota::worker_died const&) {
        std::puts("a picture has killed its worker");
    }
    co_return "";
}

rota::coro<> async_main() {
    rota::process_pool workers;
    auto const shrink_one = [&](std::string const& picture) { return shrink(workers, picture); };
    auto const small = co_await rota::map_concurrent(pictures(), 2 * workers.max_workers(), shrink_one);
    std::size_t stored = 0;
    for (auto const& each : small)
        if (each.size() == 64) ++stored;
    std::printf("%zu of %zu pictures are small now\n", stored, small.size());
}

int main() {
    rota::process_pool_worker();
    rota::run(async_main());
}
