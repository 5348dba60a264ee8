// Cancelled at every point, or short of memory: of what a select awaits nothing is lost, whoever came first.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct selects_items : scenario {
    rota::queue<int> numbers;
    rota::queue<std::string> words;
    std::size_t got_numbers = 0;
    std::size_t got_words = 0;
    std::size_t put_numbers = 0;
    std::size_t put_words = 0;

    coro<> subject() override {
        for (int i = 0; i < 3; ++i) {
            auto const got = co_await rota::select(numbers.get(), words.get(), rota::sleep(1h));
            got_numbers += got.get<0>().has_value() ? 1U : 0U;
            got_words += got.get<1>().has_value() ? 1U : 0U;
        }
    }
    coro<> environment() override {
        for (int i = 0; i < 4; ++i) {
            numbers.put_nowait(i);
            ++put_numbers;
            if (i % 2 == 0) {
                words.put_nowait("word");
                ++put_words;
            }
            co_await rota::sleep(1ms);
        }
    }
    coro<> verify() override {
        require(put_numbers == got_numbers + numbers.qsize(), "a number is lost");
        require(put_words == got_words + words.qsize(), "a word is lost");
        co_return;
    }
};
TEST(TortureSelect, Items) { torture<selects_items>("select/of items"); }

struct selects_from_a_stream : scenario {
    std::pair<rota::stream, rota::stream> ends = rota::memory_stream_pair();
    rota::event also;
    std::string got;
    std::size_t sent = 0;

    coro<> subject() override {
        for (int i = 0; i < 4; ++i) {
            auto const any = co_await rota::select(also.wait(), ends.first.read(16));
            if (any.get<0>()) also.clear();
            if (any.get<1>()) got += *any.get<1>();
        }
    }
    coro<> environment() override {
        for (int i = 0; i < 3; ++i) {
            also.set();
            co_await ends.second.write("ab");
            sent += 2;
            co_await rota::sleep(1ms);
        }
    }
    coro<> verify() override {
        while (got.size() < sent) {
            std::string const rest = co_await ends.first.read(16);
            require(!rest.empty(), "bytes are lost");
            got += rest;
        }
    }
};
TEST(TortureSelect, BytesOfAStream) { torture<selects_from_a_stream>("select/of a stream's bytes"); }

/// Coroutines end with the select that owns them; tasks and futures go on.
struct selects_owned_and_watched : scenario {
    int running = 0;
    rota::task<int> task;
    rota::future<int> promised = rota::create_future<int>();

    coro<> subject() override {
        task = create_task(value_after(running, 1, 3ms));
        auto const first = co_await rota::select(value_after(owned, 1, 1h), value_after(owned, 2, 1ms), promised);
        require(first.first == 1 && owned == 0, "one that was not the first runs on");
        auto const second = co_await rota::select(task, promised, value_after(owned, 3, 1h));
        require(second.first == 1 && second.get<1>() == 7 && owned == 0, "the future's value is lost");
        std::vector<coro<int>> several;
        for (int i = 0; i < 3; ++i) several.push_back(value_after(owned, i, std::chrono::milliseconds(5 - i)));
        auto const third = co_await rota::select(rota::return_exceptions, std::move(several));
        require(third.first == 2 && third.values[2]->value() == 2, "a value is lost");
        co_await rota::yield();
    }
    coro<> environment() override {
        co_await rota::sleep(2ms);
        if (!promised.done()) promised.set_result(7);
    }
    coro<> verify() override {
        require(owned == 0, "a child runs on");
        while (!promised.done()) co_await rota::sleep(1ms);
        require(!promised.cancelled(), "a future was cancelled that was only watched");
        while (task && !task.done()) co_await rota::sleep(1ms);
        require(!task || (!task.cancelled() && task.result() == 1), "a task was cancelled that was only watched");
    }
    int owned = 0;
};
TEST(TortureSelect, OwnedAndWatched) { torture<selects_owned_and_watched>("select/owned and watched"); }

struct selects_a_failing_one : scenario {
    int running = 0;
    bool caught = false;
    coro<> subject() override {
        try {
            (void)co_await rota::select(value_after(running, 1, 1h), error_after(running, 1ms));
        } catch (std::runtime_error const&) {
            caught = true;
        }
        require(caught && running == 0, "the error came before the end of all");
        co_await rota::yield();
    }
    coro<> verify() override {
        require(running == 0, "a child runs on");
        co_return;
    }
};
TEST(TortureSelect, AFailingOne) { torture<selects_a_failing_one>("select/of a failing one"); }

}  // namespace
