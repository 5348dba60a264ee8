#include <boost/asio.hpp>

#include <chrono>
#include <cstdio>

boost::asio::awaitable<void> hello() {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
    std::puts("hello");
}

int main() {
    boost::asio::io_context loop;
    boost::asio::co_spawn(loop, hello(), boost::asio::detached);
    loop.run();
}
