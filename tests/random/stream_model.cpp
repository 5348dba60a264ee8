#include "stream_model.hpp"

#include <algorithm>
#include <utility>

namespace random_programs {
namespace {

constexpr int bits_of_hash = 18;
constexpr int incomplete_bit = 1 << 28;
constexpr int broken_bit = 1 << 29;
constexpr int bits_of_size = 12;

int size_of(int value) { return (value & (incomplete_bit - 1)) >> bits_of_hash; }

int written_size(use by) {
    return by.which == write ? stream_sizes[static_cast<std::size_t>(by.value / directions)] : 0;
}

}  // namespace

std::string text_of(int step, int size) {
    std::string text;
    for (int i = 0; i < size; ++i) {
        int const mark = i % 2 == 0 ? step : step * 7 + i;
        text.push_back(i % 5 == 4 ? '\n' : static_cast<char>(11 + mark % 230));
    }
    return text;
}

int digest(std::string_view bytes) {
    std::uint32_t hash = 2166136261;
    for (char const byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
    return static_cast<int>(std::min<std::size_t>(bytes.size(), 1023) << bits_of_hash) +
           static_cast<int>(hash >> (32 - bits_of_hash));
}
int digest_of_incomplete(std::string_view bytes) { return incomplete_bit | digest(bytes); }
int digest_of_broken(std::size_t sent, std::size_t size) {
    return broken_bit | static_cast<int>(sent << bits_of_size) | static_cast<int>(size);
}

void stream_model::begin(use now) {
    auto& in = directions_[static_cast<std::size_t>(now.value % directions)];
    if (now.which <= write_eof) {
        in.writes.push_back({now, written_size(now)});
    } else {
        if (in.is_read) return fail(now.task, ending::misuse);
        in.is_read = true;
        in.reader = now;
    }
    calls_[now.task] = now;
}

void stream_model::resumes(int task, outcome got) {
    auto const found = calls_.find(task);
    if (found == calls_.end()) return;
    use const by = found->second;
    calls_.erase(found);
    auto& in = directions_[static_cast<std::size_t>(by.value % directions)];
    told_by->expect(got.how != ending::cancelled || told_by->visible(task) > 0, "a cancel came out that nobody made");
    if (by.which <= write_eof) {
        auto const ended = std::find_if(in.writes.begin(), in.writes.end(),
                                        [&](written const& each) { return each.by.step == by.step; });
        end_write(in, *ended, got);
    } else {
        in.is_read = false;
        end_read(in, got);
    }
    decide(task, got);
}

void stream_model::end_write(direction_of& in, written& ended, outcome got) {
    bool const is_end = ended.by.which == write_eof;
    bool after_end = false;
    bool maybe_after_end = false;  // of an end that is cancelled nobody knows yet
    for (auto& each : in.writes) {
        if (&each == &ended) break;
        if (each.by.which == write_eof && each.now != stage::gone)
            (is_doubtful(each) ? maybe_after_end : after_end) = true;
        if (got.how != ending::value || got.value != 0) continue;
        // The ones before it that were cancelled had not begun.
        told_by->expect(each.now != stage::half && (each.now != stage::cancelled || each.read == 0),
                        "a write went out behind one that was cancelled half-way");
        if (each.now == stage::cancelled) each.now = stage::gone;
    }
    if (got.how == ending::value && got.value == 0) {
        told_by->expect(is_end || !after_end, "a write went out behind the end");
        told_by->expect(ended.now == stage::active, "a write went out behind those after it");
        ended.now = stage::done;
    } else if (got.how == ending::cancelled) {
        told_by->expect(is_end || ended.read < ended.size, "a write was cancelled that all had come from");
        if (ended.now == stage::active) ended.now = is_end ? stage::gone : stage::cancelled;
    } else if (got.how == ending::misuse) {
        told_by->expect(after_end || maybe_after_end, "a write was refused without an end before it");
        ended.now = stage::gone;
    } else {
        told_by->expect(got.how == ending::value && (got.value & broken_bit) != 0, "a write failed");
        told_by->expect(ended.read == 0, "a write was refused that something had come from");
        name_broken(in, &ended, got.value);
        ended.now = stage::gone;
    }
}

// It is the one that was cancelled half-way.
void stream_model::name_broken(direction_of& in, written const* named_by, int broken) {
    int const sent = (broken & ~broken_bit) >> bits_of_size;
    int const size = broken & ((1 << bits_of_size) - 1);
    std::vector<written*> named;
    for (auto& each : in.writes) {
        if (&each == named_by) break;
        bool const same = each.size == size && sent > 0 && sent < size && sent >= each.read;
        if (each.now == stage::half && same && each.went == sent) return;
        told_by->expect(each.now != stage::half, "a broken write is told in two ways");
        if (is_doubtful(each) && same) named.push_back(&each);
    }
    told_by->expect(!named.empty(), "a write is called broken that was not cancelled half-way");
    if (named.size() != 1) return;
    named.front()->now = stage::half;
    named.front()->went = sent;
    for (auto& each : in.writes)
        if (each.now == stage::cancelled) each.now = stage::gone;
}

void stream_model::end_read(direction_of& in, outcome got) {
    if (got.how == ending::cancelled) return;
    told_by->expect(got.how == ending::value, "a read failed");
    if (got.how == ending::value) take(in, in.reader, got.value);
}

void stream_model::told(int value) {
    if (value < 0 && value != may_be_written) draining_ = -1 - value;
    auto& in = directions_[static_cast<std::size_t>(draining_)];
    in.drained = true;
    if (value >= 0) {
        if ((value & broken_bit) != 0) return name_broken(in, nullptr, value);
        return take(in, {read_some, 0, -1, -1, nullptr}, value);
    }
    if (value != may_be_written) return;
    for (auto& each : in.writes) {
        told_by->expect(each.now != stage::half, "a torn write was forgotten");
        if (each.now != stage::cancelled) continue;
        told_by->expect(each.read == 0, "a write was cancelled half-way, and the stream does not know");
        each.now = stage::gone;
    }
}

void stream_model::take(direction_of& in, use by, int value) {
    auto const size = static_cast<std::size_t>(size_of(value));
    std::vector<possible> all;
    add_possible(in, 0, {}, all);
    for (auto const& each : all) {
        if (each.bytes.size() < size) continue;
        std::string_view const bytes = std::string_view(each.bytes).substr(0, size);
        if (digest(bytes) != (value & (incomplete_bit - 1))) continue;
        for (std::size_t i = 0; i < size; ++i) {
            ++in.writes[each.from[i]].read;
            for (std::size_t before = 0; before < each.from[i]; ++before)
                if (auto& skipped = in.writes[before]; skipped.read == 0 && is_doubtful(skipped))
                    skipped.now = stage::gone;
        }
        return told_by->expect(fits(in, by, bytes, (value & incomplete_bit) != 0),
                               "a read ended too early, or too late");
    }
    told_by->expect(false, "bytes were lost or doubled, or came out of order");
}

bool stream_model::fits(direction_of const& in, use by, std::string_view bytes, bool incomplete) const {
    auto const wanted = static_cast<std::size_t>(stream_sizes[static_cast<std::size_t>(by.value / directions)]);
    bool const is_line = !bytes.empty() && bytes.find('\n') == bytes.size() - 1;
    bool const no_line = bytes.find('\n') == std::string_view::npos;
    switch (by.which) {
        case read_exactly: return incomplete ? bytes.size() < wanted && at_end(in) : bytes.size() == wanted;
        case read_line: return !incomplete && (is_line || (no_line && at_end(in)));
        case read_until: return incomplete ? no_line && at_end(in) : is_line;
        case read_all: return !incomplete && at_end(in);
        case read_some:
            if (by.task >= 0 && bytes.size() > wanted) return false;
            break;
        case read_into:
            if (bytes.size() > read_into_room) return false;
            break;
        default: break;
    }
    return !incomplete && (!bytes.empty() || at_end(in));
}

// Cancelled, so that nobody knows how much of it went; it need not know itself yet.
bool stream_model::is_doubtful(written const& one) const {
    return one.now == stage::cancelled || (one.now == stage::active && told_by->visible(one.by.task) > 0);
}

void stream_model::add_possible(direction_of const& in, std::size_t at, possible so_far,
                                std::vector<possible>& to) const {
    auto const add = [&](std::size_t which, int end) {
        auto const& each = in.writes[which];
        auto const text = text_of(each.by.step, each.size);
        for (int i = each.read; i < end; ++i) {
            so_far.bytes.push_back(text[static_cast<std::size_t>(i)]);
            so_far.from.push_back(which);
        }
    };
    for (; at < in.writes.size(); ++at) {
        auto const& each = in.writes[at];
        if (each.now == stage::gone || each.size == 0) continue;
        if (is_doubtful(each) && each.read == 0) add_possible(in, at + 1, so_far, to);
        add(at, each.now == stage::half ? each.went : each.size);
        if (each.now == stage::half || each.now == stage::cancelled) break;
    }
    to.push_back(std::move(so_far));
}

bool stream_model::at_end(direction_of const& in) const {
    for (auto const& each : in.writes) {
        if (each.now == stage::gone) continue;
        if (each.by.which == write_eof) return true;
        if (!is_doubtful(each) && each.read < each.size) return false;
    }
    return false;
}

std::string stream_model::certain(direction_of const& in) {
    std::string bytes;
    for (auto const& each : in.writes) {
        if (each.now == stage::gone) continue;
        if (each.now == stage::cancelled || each.now == stage::active) break;
        int const end = each.now == stage::half ? each.went : each.size;
        bytes += text_of(each.by.step, end).substr(static_cast<std::size_t>(each.read));
    }
    return bytes;
}

void stream_model::stuck() {
    for (auto const& [task, call] : calls_) told_by->expect(told_by->visible(task) == 0, "a cancel does not come out");
    for (auto const& in : directions_) {
        auto const bytes = certain(in);
        bool const writes = std::any_of(in.writes.begin(), in.writes.end(),
                                        [](written const& each) { return each.now == stage::active; });
        told_by->expect(!in.drained || bytes.empty(), "what was written does not come");
        if (writes) {
            std::size_t most = 0;
            for (auto const& each : in.writes)
                if (each.now != stage::gone) most += static_cast<std::size_t>(each.size - each.read);
            told_by->expect(!in.is_read, "a writer waits, and a reader");
            told_by->expect(most >= capacity_, "a writer waits, and there is room");
        }
        if (!in.is_read) continue;
        auto const wanted =
            static_cast<std::size_t>(stream_sizes[static_cast<std::size_t>(in.reader.value / directions)]);
        bool enough = !bytes.empty();
        if (in.reader.which == read_exactly) enough = bytes.size() >= wanted;
        if (in.reader.which == read_line || in.reader.which == read_until)
            enough = bytes.find('\n') != std::string::npos;
        // To fill is to wait for more than is in the buffer.
        if (in.reader.which == read_all || in.reader.which == fill) enough = false;
        told_by->expect(!enough, "a reader waits for what is there");
    }
}

}  // namespace random_programs
