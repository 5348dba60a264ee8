// The same file from several mirrors: the first answer counts, the others are withdrawn, and nothing runs on.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

rota::coro<std::string> fetch(std::string mirror, std::chrono::milliseconds delay) {
    try {
        co_await rota::sleep(delay);
    } catch (rota::cancelled_error const&) {
        std::printf("%s: not needed any more\n", mirror.c_str());
        throw;
    }
    co_return "a file from " + mirror;
}

rota::coro<> async_main() {
    std::vector<rota::coro<std::string>> mirrors;
    mirrors.push_back(fetch("far.example", 10s));
    mirrors.push_back(fetch("near.example", 10ms));
    mirrors.push_back(fetch("busy.example", 5s));
    auto const got = co_await rota::select(std::move(mirrors));
    std::printf("mirror %zu was first: %s\n", got.first, got.values[got.first]->c_str());

    // With a time limit among them, and a place for each.
    auto const late = co_await rota::select(fetch("far.example", 10s), rota::sleep(20ms));
    std::puts(late.get<1>() ? "too late" : "in time");
}

int main() { rota::run(async_main()); }
