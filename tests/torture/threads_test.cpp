// Cancelled at every point, or short of memory: work for threads is withdrawn or its result delivered.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct works_in_a_thread : scenario {
    int begun = 0;
    int got = 0;
    bool too_late = false;
    coro<> subject() override {
        auto const self = rota::current_task();
        auto work = [this, &self] {
            too_late = self.cancelling() != 0;
            return ++begun;
        };
        for (int i = 0; i < 3; ++i) {
            int const value = co_await rota::to_thread(std::ref(work));
            require(value == i + 1, "another's result came");
            ++got;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        require(got == begun, "work was done, and its result is lost");
        require(!too_late, "work was begun that a cancel should have withdrawn");
        co_return;
    }
};
TEST(TortureThreads, ToThread) { torture<works_in_a_thread>("to_thread", several_seeds); }

struct fails_in_a_thread : scenario {
    int begun = 0;
    int caught = 0;
    coro<> subject() override {
        try {
            co_await rota::to_thread([this] {
                ++begun;
                fail();
            });
        } catch (std::system_error const&) {
            throw;  // no thread could be started
        } catch (std::runtime_error const&) {
            ++caught;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        require(begun == caught, "an error is lost");
        co_return;
    }
};
TEST(TortureThreads, ToThreadThatFails) { torture<fails_in_a_thread>("to_thread/that fails", several_seeds); }

/// Who leaves leaves copies: they are let go when the work is done, or was never begun.
struct abandons_work : scenario {
    std::shared_ptr<int> shared = std::make_shared<int>(0);
    coro<> subject() override {
        for (int i = 0; i < 3; ++i) {
            auto work = [copy = shared] { return ++*copy; };
            require(co_await rota::to_thread(rota::abandon_on_cancel, work) == i + 1, "another's result came");
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        co_await rota::sleep(1h);
        require(shared.use_count() == 1, "copies are left");
    }
};
TEST(TortureThreads, AbandonOnCancel) { torture<abandons_work>("to_thread/abandon_on_cancel", several_seeds); }

struct works_in_a_pool : scenario {
    rota::thread_pool pool{1};
    int begun = 0;
    int got = 0;
    coro<> subject() override {
        auto work = [this] { return ++begun; };
        for (int i = 0; i < 3; ++i) {
            (void)co_await rota::run_in_executor(pool, std::ref(work));
            ++got;
        }
        co_await rota::yield();
    }
    coro<> environment() override {
        auto nothing = [] {};
        for (int i = 0; i < 3; ++i) co_await rota::run_in_executor(pool, nothing);
    }
    coro<> verify() override {
        require(got == begun, "work was done, and its result is lost");
        co_return;
    }
};
TEST(TortureThreads, RunInExecutor) { torture<works_in_a_pool>("run_in_executor", several_seeds); }

struct works_in_a_default_pool : scenario {
    rota::thread_pool pool{1};
    int begun = 0;
    int got = 0;
    coro<> subject() override {
        rota::running_loop().set_default_executor(pool);
        auto work = [this] { ++begun; };
        co_await rota::to_thread(std::ref(work));
        ++got;
        auto const number = [] { return 7; };
        (void)co_await rota::to_thread(rota::abandon_on_cancel, number);
        co_await rota::yield();
    }
    coro<> verify() override {
        require(got == begun, "work was done, and its result is lost");
        co_return;
    }
};
TEST(TortureThreads, DefaultExecutor) { torture<works_in_a_default_pool>("to_thread/default", several_seeds); }

/// A pool that ends while work waits for it.
struct a_pool_that_ends : scenario {
    std::optional<rota::thread_pool> pool = std::optional<rota::thread_pool>(std::in_place, 1U);
    int begun = 0;
    int got = 0;
    coro<> one() {
        auto work = [this] { ++begun; };
        co_await rota::run_in_executor(*pool, std::ref(work));
        ++got;
    }
    coro<> subject() override {
        auto const first = create_task(one());
        auto const second = create_task(one());
        co_await rota::yield();
        pool.reset();
        co_await rota::wait(first, second);
        co_await rota::yield();
    }
    coro<> verify() override {
        co_await rota::sleep(1s);  // who was not waited for
        require(got == begun, "work was done, and its result is lost");
        co_return;
    }
};
TEST(TortureThreads, APoolThatEnds) { torture<a_pool_that_ends>("run_in_executor/of a pool that ends"); }

struct awaits_what_was_submitted : scenario {
    rota::thread_pool pool{1};
    int begun = 0;
    int got = 0;
    coro<> subject() override {
        for (int i = 0; i < 3; ++i) {
            auto const answer = pool.submit([this] { return ++begun; });
            (void)co_await rota::wrap_future(answer);
            ++got;
        }
        auto const value = rota::run_coroutine_threadsafe(rota::running_loop(), [this] { return slow(); });
        require(co_await rota::wrap_future(value) == 7, "another's result came");
        co_await rota::yield();
    }
    coro<int> slow() {
        co_await rota::sleep(1ms);
        co_return 7;
    }
    coro<> verify() override {
        require(got == begun, "work was done, and its result is lost");
        co_return;
    }
};
TEST(TortureThreads, WrapFuture) { torture<awaits_what_was_submitted>("wrap_future", several_seeds); }

struct sends_and_receives : scenario {
    rota::channel<int> there{1};
    rota::channel<int> back{0};
    int sent = 0;
    int got = 0;
    coro<> subject() override {
        for (int i = 0; i < 3; ++i) {
            co_await there.send(1);
            ++sent;
        }
        while (got < 2) {
            (void)co_await back.receive();
            ++got;
        }
        while (auto const item = co_await back.next()) ++got;
        co_await rota::yield();
    }
    int received = 0;
    int returned = 0;
    coro<> environment() override {
        for (int i = 0; i < 3; ++i) {
            co_await there.receive();
            ++received;
            co_await rota::yield();
        }
        for (int i = 0; i < 3; ++i) {
            co_await back.send(1);
            ++returned;
        }
        back.close();
    }
    coro<> verify() override {
        co_await rota::sleep(1s);
        require(sent == received + static_cast<int>(there.size()), "what was sent is lost");
        require(got == returned, "what was received is lost");
    }
};
TEST(TortureThreads, Channel) { torture<sends_and_receives>("channel.send, channel.receive, channel.next"); }

struct works_in_parallel : scenario {
    rota::thread_pool pool{2};
    int calls = 0;
    coro<> subject() override {
        auto const count = [this](std::size_t) { ++calls; };
        co_await rota::parallel_for(pool, 0, 10, count);
        require(calls == 10, "it has ended and is not done");
        auto const twice = [](int number) { return number * 2; };
        std::vector<int> numbers = {1, 2, 3};
        auto const doubled = co_await rota::parallel_map(pool, std::move(numbers), twice);
        require(doubled == std::vector<int>({2, 4, 6}), "a result is lost");
        co_await rota::yield();
    }
};
TEST(TortureThreads, Parallel) { torture<works_in_parallel>("parallel_for, parallel_map", several_seeds); }

int add(int a, int b) { return a + b; }
rota::process_function const adding("torture.add", add);

struct works_in_processes : scenario {
    rota::process_pool pool{1};
    coro<> subject() override {
        require(co_await pool.call(adding, 3, 4) == 7, "another's result came");
        co_await rota::yield();
    }
};
TEST(TortureThreads, ProcessPool) { torture<works_in_processes>("process_pool.call", several_seeds); }

struct looks_up_names : scenario {
    coro<> subject() override {
        auto const literal = co_await rota::getaddrinfo("127.0.0.1", 80);
        auto const named = co_await rota::getaddrinfo("localhost", 80);
        require(literal.size() == 1 && named == literal, "an address is lost");
        bool unknown = false;
        try {
            (void)co_await rota::getaddrinfo("no.such.host.to.be.found", 80);
        } catch (rota::name_error const&) {
            unknown = true;
        }
        require(unknown, "an error is lost");
        auto const back = co_await rota::getnameinfo(literal.front());
        require(back.host == "localhost", "a name is lost");
        co_await rota::yield();
    }
};
TEST(TortureThreads, Getaddrinfo) { torture<looks_up_names>("getaddrinfo, getnameinfo", several_seeds); }

}  // namespace
