#include "simulated_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {
namespace {

// Linux's own.
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_path = 4095;
constexpr int most_links = 40;
constexpr std::size_t most_events = 16'384;
constexpr std::uint64_t default_bytes = std::uint64_t{1} << 28;

place refused(std::int32_t error) {
    place made;
    made.error = error;
    return made;
}

void tell(watcher& to, watch_bits what, std::string const& name, std::uint32_t cookie) {
    auto& events = to.waiting;
    if (events.size() > most_events) return;
    watch_event made;
    made.what = static_cast<std::uint32_t>(events.size() == most_events ? watch_bits::overflow : what);
    if (events.size() < most_events) {
        made.cookie = cookie;
        made.name = name;
    }
    // As the kernel does.
    bool const same = !events.empty() && events.back().what == made.what && events.back().name == made.name &&
                      events.back().cookie == made.cookie;
    if (!same) events.push_back(std::move(made));
}

void tell(node const& watched, watch_bits what, std::string const& name, std::uint32_t cookie) noexcept {
    for (auto const& each : watched.watchers) {
        auto const to = each.lock();
        if (!to) continue;
        try {
            tell(*to, what, name, cookie);
        } catch (std::bad_alloc const&) {
            to->overflowed = true;
        }
        to->news = true;
    }
}

bool is_inside(node const* inner, node const& outer) noexcept {
    for (; inner != nullptr; inner = inner->parent)
        if (inner == &outer) return true;
    return false;
}

std::uint64_t count_all(node const& of) noexcept {
    std::uint64_t count = 1;
    for (auto const& [name, entry] : of.entries) count += count_all(*entry);
    return count;
}

}  // namespace

tree::tree(std::uint64_t bytes) {
    space_.most = bytes != 0 ? bytes : default_bytes;
    root_ = std::make_shared<node>(file_type::directory, space_);
    root_->status.permissions = 0755;
    root_->status.inode = last_inode_;
    root_->status.links = 1;
    place temporaries;
    temporaries.parent = root_;
    temporaries.name = "tmp";
    make(temporaries, file_type::directory, 01777, {});
}

place tree::find(std::string_view path, bool follow_last) const {
    if (path.empty()) return refused(-ENOENT);
    if (path.size() > longest_path) return refused(-ENAMETOOLONG);
    std::string rest(path);
    // The one who runs here works in the root directory.
    std::vector<std::shared_ptr<node>> trail{root_};
    int links = 0;
    for (;;) {
        auto const begin = rest.find_first_not_of('/');
        if (begin == std::string::npos) {
            place here;
            here.target = trail.back();
            here.name = here.target->name;
            here.means_directory = true;
            if (trail.size() > 1) here.parent = trail[trail.size() - 2];
            return here;
        }
        auto const end = std::min(rest.find('/', begin), rest.size());
        std::string name = rest.substr(begin, end - begin);
        rest.erase(0, end);
        bool const last = rest.find_first_not_of('/') == std::string::npos;
        node const& directory = *trail.back();
        if (!directory.is_directory()) return refused(-ENOTDIR);
        if (!directory.may(may_enter)) return refused(-EACCES);
        if (name.size() > longest_name) return refused(-ENAMETOOLONG);
        if (name == ".") continue;
        if (name == "..") {
            if (trail.size() > 1) trail.pop_back();
            continue;
        }
        auto const found = directory.entries.find(name);
        std::shared_ptr<node> const target = found == directory.entries.end() ? nullptr : found->second;
        if (target && target->status.type == file_type::symlink && (!last || follow_last || !rest.empty())) {
            if (++links > most_links) return refused(-ELOOP);
            rest.insert(0, target->content);
            if (rest.front() == '/') trail.resize(1);
            continue;
        }
        if (!last) {
            if (!target) return refused(-ENOENT);
            trail.push_back(target);
            continue;
        }
        if (target && !rest.empty() && !target->is_directory()) return refused(-ENOTDIR);
        place here;
        here.parent = trail.back();
        here.name = std::move(name);
        here.target = target;
        here.means_directory = !rest.empty();
        return here;
    }
}

std::shared_ptr<node> tree::make(place const& at, file_type kind, std::uint32_t permissions,
                                 file_status::time_point now) {
    auto made = std::make_shared<node>(kind, space_);
    made->status.permissions = permissions;
    made->status.links = 1;
    made->status.device = 1;
    made->status.inode = ++last_inode_;
    made->status.modified = made->status.changed = made->status.accessed = now;
    made->parent = at.parent.get();
    made->name = at.name;
    at.parent->entries.emplace(at.name, made);
    at.parent->status.modified = at.parent->status.changed = now;
    notify_entry(*at.parent, at.name, watch_bits::created);
    return made;
}

std::int32_t tree::may_change(place const& at) noexcept {
    if (!at.parent) return -EBUSY;
    return at.parent->may(may_write) && at.parent->may(may_enter) ? 0 : -EACCES;
}

void tree::take_out(node& directory, node& entry, file_status::time_point now) {
    directory.status.modified = directory.status.changed = now;
    entry.status.changed = now;
    entry.parent = nullptr;
    directory.entries.erase(entry.name);
}

std::int32_t tree::remove(place const& at, file_status::time_point now) {
    if (!at.target) return -ENOENT;
    if (auto const error = may_change(at); error < 0) return error;
    if (!at.target->entries.empty()) return -ENOTEMPTY;
    auto const kept = at.target;
    take_out(*at.parent, *kept, now);
    kept->status.links = 0;
    notify(*kept, watch_bits::self_removed);
    notify(*kept, watch_bits::ended);
    notify_entry(*at.parent, at.name, watch_bits::removed);
    return 0;
}

std::int32_t tree::remove_all(std::string_view path, std::uint64_t& count, file_status::time_point now) {
    count = 0;
    auto const at = find(path, false);
    if (at.error == -ENOENT || (at.error == 0 && !at.target)) return 0;
    if (at.error < 0) return at.error;
    if (auto const error = may_change(at); error < 0) return error;
    auto const all = count_all(*at.target);
    // Depth first, so that whoever watches one of them hears of each.
    while (!at.target->entries.empty()) {
        place inner;
        inner.parent = at.target;
        inner.name = at.target->entries.begin()->first;
        std::string const inner_path = std::string(path) + '/' + inner.name;
        std::uint64_t inner_count = 0;
        if (auto const error = remove_all(inner_path, inner_count, now); error < 0) return error;
    }
    count = all;
    return remove(at, now);
}

std::int32_t tree::rename(std::string_view from, std::string_view to, file_status::time_point now) {
    auto const source = find(from, false);
    if (source.error < 0) return source.error;
    if (!source.target) return -ENOENT;
    auto const target = find(to, false);
    if (target.error < 0) return target.error;
    for (auto const* each : {&source, &target})
        if (auto const error = may_change(*each); error < 0) return error;
    if (source.target == target.target) return 0;
    bool const directory = source.target->is_directory();
    if (!directory && target.means_directory) return -ENOTDIR;
    if (directory && is_inside(target.parent.get(), *source.target)) return -EINVAL;
    if (target.target && is_inside(source.parent.get(), *target.target)) return -ENOTEMPTY;
    if (target.target) {
        if (directory && !target.target->is_directory()) return -ENOTDIR;
        if (!directory && target.target->is_directory()) return -EISDIR;
        if (!target.target->entries.empty()) return -ENOTEMPTY;
    }
    auto const moved = source.target;
    // What may fail first.
    std::string name = target.name;
    auto const [slot, fresh] = target.parent->entries.try_emplace(target.name);
    (void)fresh;
    if (target.target) {
        target.target->parent = nullptr;
        target.target->status.links = 0;
    }
    slot->second = moved;
    take_out(*source.parent, *moved, now);
    moved->parent = target.parent.get();
    moved->name = std::move(name);
    target.parent->status.modified = target.parent->status.changed = now;
    auto const cookie = static_cast<std::uint32_t>(moved->status.inode);
    notify_entry(*source.parent, source.name, watch_bits::moved_from, cookie);
    notify_entry(*target.parent, target.name, watch_bits::moved_to, cookie);
    tell(*moved, watch_bits::self_moved, {}, 0);
    if (target.target) {
        notify(*target.target, watch_bits::self_removed);
        notify(*target.target, watch_bits::ended);
    }
    return 0;
}

std::int32_t tree::resize(node& file, std::uint64_t size) {
    if (size > file.content.size() && size - file.content.size() > space_.most - space_.used) return -ENOSPC;
    auto const before = file.content.size();
    file.content.resize(static_cast<std::size_t>(size));
    space_.used = space_.used - before + file.content.size();
    return 0;
}

void notify(node const& of, watch_bits what, std::uint32_t cookie) noexcept {
    tell(of, what, {}, cookie);
    bool const of_itself = what == watch_bits::self_removed || what == watch_bits::ended;
    if (of.parent != nullptr && !of_itself) tell(*of.parent, what, of.name, cookie);
}

void notify_entry(node const& directory, std::string const& name, watch_bits what, std::uint32_t cookie) noexcept {
    tell(directory, what, name, cookie);
}

}  // namespace rota::inline v0::simulation
