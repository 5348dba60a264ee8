#include "campaign.hpp"

#include <rota/base/error.hpp>
#include <rota/sync/queue.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace {

using namespace random_programs;

enum : std::uint8_t { put, get, put_nowait, get_nowait, task_done, join, shutdown, shutdown_now, next };

// No two items are the same, and they are not in order.
int item_of(use now) { return now.value * 1000 + now.step; }

template <class Queue>
class queue_subject final : public subject {
public:
    explicit queue_subject(int maxsize) : queue_(static_cast<std::size_t>(maxsize)) {}

    rota::coro<int> perform(use now) override {
        switch (now.which) {
            case put: co_await queue_.put(item_of(now)); break;
            case get: co_return co_await queue_.get();
            case put_nowait: queue_.put_nowait(item_of(now)); break;
            case get_nowait: co_return queue_.get_nowait();
            case task_done: queue_.task_done(); break;
            case join: co_await queue_.join(); break;
            case next: {
                auto const item = co_await queue_.next();
                co_return item ? *item : -1;
            }
            default: queue_.shutdown(now.which == shutdown_now);
        }
        co_return 0;
    }
    int state() const override { return static_cast<int>(queue_.qsize()); }

private:
    Queue queue_;
};

enum class order { fifo, lifo, priority };

template <order Order>
class queue_model final : public model {
public:
    explicit queue_model(int maxsize) : room_(maxsize == 0 ? 1'000'000 : static_cast<std::size_t>(maxsize)) {}

    void begin(use now) override {
        switch (now.which) {
            case put:
            case put_nowait: return begin_put(now);
            case get:
                if (!items_.empty()) return done(now.task, take());
                return shut_ ? fail(now.task, ending::shut_down) : getters_.push(now.task);
            case next:
                if (!items_.empty()) return done(now.task, take());
                if (shut_) return done(now.task, -1);
                iterating_.push(now.task);
                return getters_.push(now.task);
            case get_nowait:
                if (!items_.empty()) return done(now.task, take());
                return fail(now.task, shut_ ? ending::shut_down : ending::empty);
            case task_done:
                if (unfinished_ == 0) return fail(now.task, ending::misuse);
                drop(1);
                break;
            case join:
                if (unfinished_ != 0) return joiners_.push(now.task);
                break;
            default:
                shut_ = true;
                while (!getters_.empty()) send_away(getters_.pop());
                while (!putters_.empty()) fail(putters_.pop(), ending::shut_down);
                if (now.which == shutdown_now) {
                    drop(items_.size());
                    items_.clear();
                }
        }
        done(now.task);
    }

    void withdraw(int task) override {
        getters_.remove(task);
        iterating_.remove(task);
        putters_.remove(task);
        joiners_.remove(task);
        fail(task, ending::cancelled);
    }
    int state() const override { return static_cast<int>(items_.size()); }

private:
    void begin_put(use now) {
        if (shut_) return fail(now.task, ending::shut_down);
        if (!getters_.empty()) {
            ++unfinished_;
            int const getter = getters_.pop();
            iterating_.remove(getter);
            done(getter, item_of(now));
        } else if (items_.size() < room_) {
            add(item_of(now));
        } else if (now.which == put_nowait) {
            return fail(now.task, ending::full);
        } else {
            to_put_[now.task] = item_of(now);
            return putters_.push(now.task);
        }
        done(now.task);
    }

    void send_away(int getter) {
        if (iterating_.remove(getter)) return done(getter, -1);
        fail(getter, ending::shut_down);
    }

    void add(int item) {
        ++unfinished_;
        items_.push_back(item);
    }

    int take() {
        auto next = items_.begin();
        if (Order == order::lifo) next = items_.end() - 1;
        if (Order == order::priority) next = std::min_element(items_.begin(), items_.end());
        int const item = *next;
        items_.erase(next);
        if (!putters_.empty()) {
            int const putter = putters_.pop();
            add(to_put_[putter]);
            done(putter);
        }
        return item;
    }

    void drop(std::size_t count) {
        unfinished_ -= std::min(count, unfinished_);
        while (unfinished_ == 0 && !joiners_.empty()) done(joiners_.pop());
    }

    std::size_t room_;
    std::vector<int> items_;
    std::size_t unfinished_ = 0;
    bool shut_ = false;
    waiting_line getters_;
    waiting_line iterating_;  // those of them that get nothing, and no error, at the end
    waiting_line putters_;
    waiting_line joiners_;
    std::map<int, int> to_put_;
};

// Without limit, with room for one, and for two.
template <class Queue, order Order>
void queue_campaign(char const* name) {
    campaign({name,
              3,
              {{"put", 6, 4},
               {"get", 6},
               {"put_nowait", 2, 4, false},
               {"get_nowait", 2, 0, false},
               {"task_done", 2, 0, false},
               {"join", 1},
               {"shutdown", 1, 0, false},
               {"shutdown at once", 1, 0, false},
               {"next", 3}},
              [](int maxsize) -> std::unique_ptr<subject> { return std::make_unique<queue_subject<Queue>>(maxsize); },
              [](int maxsize) -> std::unique_ptr<model> { return std::make_unique<queue_model<Order>>(maxsize); }});
}

TEST(RandomPrograms, queue) { queue_campaign<rota::queue<int>, order::fifo>("queue"); }
TEST(RandomPrograms, lifo_queue) { queue_campaign<rota::lifo_queue<int>, order::lifo>("lifo_queue"); }
TEST(RandomPrograms, priority_queue) { queue_campaign<rota::priority_queue<int>, order::priority>("priority_queue"); }

}  // namespace
