#include <rota/core/call_graph.hpp>

#include <rota/core/call_stack.hpp>
#include <rota/detail/report.hpp>

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

namespace rota::inline v0 {
namespace {

// Deeper graphs, which the stack of whoever walks them might not hold, are cut off.
constexpr int deepest = 500;

// A task or future, and a task that waits for it.
struct wait_edge {
    void const* awaited;
    detail::task_state* waiter;
};

bool in_order(wait_edge const& a, wait_edge const& b) noexcept {
    return a.awaited != b.awaited ? std::less<>()(a.awaited, b.awaited) : a.waiter->id < b.waiter->id;
}

class awaited_collector final : public detail::awaited_visitor {
public:
    // Of this thread's tasks.
    std::vector<wait_edge> collect() {
        detail::slab_store::for_each([&](detail::slab_block* block) {
            waiter_ = reinterpret_cast<detail::task_state*>(block);
            if (waiter_->parked != nullptr && !waiter_->done()) waiter_->parked->each_awaited(*this);
        });
        std::sort(edges_.begin(), edges_.end(), &in_order);
        return std::move(edges_);
    }

private:
    void visit(void const* awaited) override { edges_.push_back({awaited, waiter_}); }

    std::vector<wait_edge> edges_;
    detail::task_state* waiter_ = nullptr;
};

class grapher {
public:
    call_graph of(detail::task_state& task, std::vector<std::source_location> stack) {
        call_graph graph;
        graph.task = any_task::share(task);
        graph.call_stack = std::move(stack);
        std::reverse(graph.call_stack.begin(), graph.call_stack.end());
        if (task.parked != nullptr) graph.waits_for = task.parked->waits_for();
        add_awaiters(graph, &task);
        return graph;
    }

    void add_awaiters(call_graph& graph, void const* awaited) {
        graph.repeated = !seen_.insert(awaited).second;
        if (graph.repeated || depth_ >= deepest) return;
        ++depth_;
        auto edge = std::lower_bound(edges_.begin(), edges_.end(), awaited,
                                     [](wait_edge const& a, void const* b) { return std::less<>()(a.awaited, b); });
        for (; edge != edges_.end() && edge->awaited == awaited; ++edge)
            graph.awaited_by.push_back(of(*edge->waiter, call_stack(any_task::share(*edge->waiter))));
        --depth_;
    }

private:
    std::vector<wait_edge> edges_ = awaited_collector().collect();
    std::unordered_set<void const*> seen_;
    int depth_ = 0;
};

void format(std::string& text, call_graph const& graph, std::string const& indent) {
    text.append(indent).append("* ");
    text.append(graph.task ? "Task " + graph.task.name() : std::string("Future"));
    if (!graph.waits_for.empty()) text.append(", waits for ").append(graph.waits_for);
    if (graph.repeated) text.append(" (awaited by whom is shown above)");
    text.append("\n");
    if (!graph.call_stack.empty()) {
        text.append(indent).append("  + Call stack:\n");
        for (auto const& line : graph.call_stack)
            text.append(indent).append("  |   ").append(detail::describe_line(line)).append("\n");
    }
    if (graph.awaited_by.empty()) return;
    text.append(indent).append("  + Awaited by:\n");
    for (auto const& waiter : graph.awaited_by) format(text, waiter, indent + "     ");
}

}  // namespace

std::optional<call_graph> capture_call_graph(std::source_location here) {
    detail::task_state* const running = detail::hot.current;
    if (running == nullptr) return std::nullopt;
    return grapher().of(*running, current_stack(here));
}

call_graph capture_call_graph(any_task const& of) { return grapher().of(of.state(), call_stack(of)); }

call_graph detail::capture_awaiters(void const* future) {
    call_graph graph;
    grapher().add_awaiters(graph, future);
    return graph;
}

std::string format_call_graph(call_graph const& graph) {
    std::string text;
    format(text, graph, "");
    return text;
}

void print_call_graph(std::FILE* to, std::source_location here) {
    if (auto const graph = capture_call_graph(here)) std::fputs(format_call_graph(*graph).c_str(), to);
}

void print_call_graph(any_task const& of, std::FILE* to) {
    std::fputs(format_call_graph(capture_call_graph(of)).c_str(), to);
}

}  // namespace rota::inline v0
