// Pages of a list that is too long to be had at once: a generator asks for the next page when it is needed, and closes its
// connection however it is left.
#include <rota/rota.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

using namespace std::chrono_literals;

rota::coro<std::vector<std::string>> fetch_page(int number) {
    co_await rota::sleep(10ms);
    std::vector<std::string> names;
    for (int i = 0; i < 3 && number < 3; ++i) names.push_back("name " + std::to_string(3 * number + i));
    co_return names;
}

rota::coro<> close_connection() {
    co_await rota::sleep(10ms);
    std::puts("the connection is closed");
}

rota::async_generator<std::string> all_names() {
    std::exception_ptr error;
    try {
        for (int number = 0;; ++number) {
            std::printf("fetch page %d\n", number);
            auto const page = co_await fetch_page(number);
            if (page.empty()) break;
            for (auto const& name : page) co_yield name;
        }
    } catch (...) {
        error = std::current_exception();  // what fetch_page threw, or generator_exit: the generator is closed
    }
    co_await rota::with_shield(close_connection());
    if (error) std::rethrow_exception(error);
}

rota::coro<> async_main() {
    int count = 0;
    auto names = all_names();
    while (auto name = co_await names.next()) {
        std::puts(name->c_str());
        ++count;
    }
    std::printf("%d names\n", count);

    // Left early, it is closed before with_aclosing ends.
    co_await rota::with_aclosing(all_names(), [](auto& some_names) -> rota::coro<> {
        while (auto name = co_await some_names.next())
            if (*name == "name 1") break;
        std::puts("found name 1");
    });
}

int main() { rota::run(async_main()); }
