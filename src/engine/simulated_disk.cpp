#include "simulated_disk.hpp"

#include "file_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {

disk::open_file* disk::find(io_handle handle) noexcept {
    auto const index = handle.slot & ~slot_bit;
    if (!owns(handle) || index >= files_.size()) return nullptr;
    open_file& found = files_[index];
    return found.file && !found.closing && found.generation == handle.generation ? &found : nullptr;
}

void disk::make_room() {
    if (!free_.empty()) return;
    // So that giving the slot back can not fail.
    if (free_.capacity() <= files_.size()) free_.reserve(std::max<std::size_t>(16, files_.size() * 2));
    files_.emplace_back().generation = first_generation_;
    free_.push_back(static_cast<std::uint32_t>(files_.size() - 1));
}

io_handle disk::adopt(std::shared_ptr<node> file, open_flags flags, std::shared_ptr<watcher> watching) {
    make_room();
    auto const index = free_.back();
    free_.pop_back();
    open_file& made = files_[index];
    made.file = std::move(file);
    made.watching = std::move(watching);
    made.flags = flags;
    made.position = 0;
    return {index | slot_bit, made.generation};
}

void disk::begin_close(open_file& file) noexcept {
    file.closing = true;
    ++file.generation;
    if (file.watching && file.watching->reader) withdraw(*std::exchange(file.watching->reader, nullptr));
    if (file.uses == 0) finish_close(file);
}

void disk::finish_close(open_file& file) noexcept {
    auto* const closer = std::exchange(file.closer, nullptr);
    bool const wrote = has_any(file.flags, open_flags::write | open_flags::append);
    auto const closed = std::exchange(file.file, nullptr);
    file.watching.reset();
    file.closing = false;
    free_.push_back(static_cast<std::uint32_t>(&file - files_.data()));
    if (closer) {
        closer->finish_at_once(0);
        set_stage(*closer, stage::decided);
        events_.push(*closer, choices_.reaction());
    }
    if (!wrote) return;
    notify(*closed, watch_bits::closed);
    wake_watchers();
}

void disk::close(io_handle handle) noexcept {
    if (auto* const file = find(handle)) begin_close(*file);
}

bool disk::submit(operation& op) noexcept {
    bool const by_path = op.code() == opcode::open_file ||
                         (op.code() == opcode::file_call && static_cast<file_call_operation&>(op).path != nullptr);
    auto* const file = by_path ? nullptr : find(op.handle());
    if (!by_path && !file) {
        op.finish_at_once(-EBADF);
        return true;
    }
    if (op.code() == opcode::close) {
        set_stage(op, stage::parked);
        file->closer = &op;
        begin_close(*file);
        return false;
    }
    if (detail::is_file_operation(op) && detail::asks_for_no_bytes(static_cast<file_operation&>(op))) return true;
    if (op.code() == opcode::read_at && choices_.finishes_at_once()) {
        // As what lies in the kernel's cache.
        op.finish_at_once(attempt(op).value_or(0));
        return true;
    }
    if (file) ++file->uses;
    set_stage(op, stage::scheduled);
    events_.push(op, op.code() == opcode::watch ? choices_.reaction() : choices_.disk_latency());
    return false;
}

void disk::cancel(operation& op) noexcept {
    if (op.code() == opcode::close) return;
    stage const at = stage_of(op);
    if (at != stage::scheduled && at != stage::parked) return;
    if (op.code() == opcode::watch && of(op).watching) of(op).watching->reader = nullptr;
    withdraw(op);
}

void disk::withdraw(operation& op) noexcept {
    bool const has_event = stage_of(op) == stage::scheduled;
    set_stage(op, stage::cancelled);
    if (has_event)
        events_.pull(op, choices_.reaction());
    else
        events_.push(op, choices_.reaction());
}

void disk::leave(operation& op) noexcept {
    if (!op.handle() || op.code() == opcode::close) return;
    open_file& file = of(op);
    if (--file.uses == 0 && file.closing) finish_close(file);
}

std::optional<std::int32_t> disk::attempt(operation& op) noexcept {
    std::optional<std::int32_t> result;
    try {
        result = perform(op);
    } catch (std::exception const&) {
        result = -ENOMEM;
    }
    wake_watchers();
    return result;
}

std::optional<std::int32_t> disk::perform(operation& op) {
    switch (op.code()) {
        case opcode::open_file: return open(static_cast<open_file_operation&>(op));
        case opcode::read_at: return read(static_cast<read_at_operation&>(op));
        case opcode::write_at: return write(static_cast<write_at_operation const&>(op));
        case opcode::sync_file: return fails() ? -EIO : 0;
        case opcode::file_call: return call(static_cast<file_call_operation&>(op));
        case opcode::watch: return take_events(static_cast<watch_operation&>(op));
        default: return -EINVAL;
    }
}

file_status::time_point disk::time() const noexcept {
    return file_status::time_point(
        std::chrono::duration_cast<file_status::time_point::duration>(events_.now().time_since_epoch()));
}

file_status disk::status_of(node const& file) {
    file_status made = file.status;
    made.size = file.content.size();
    return made;
}

std::int32_t disk::open(open_file_operation& op) {
    auto const flags = op.flags;
    make_room();  // first: a file that can not be opened is not made
    bool const writes = has_any(flags, open_flags::write | open_flags::append);
    bool const new_only = has_any(flags, open_flags::create) && has_any(flags, open_flags::exclusive);
    auto at = tree_.find(op.path, !new_only && !has_any(flags, open_flags::no_follow));
    if (at.error < 0) return at.error;
    if (!at.target) {
        if (!has_any(flags, open_flags::create)) return -ENOENT;
        if (at.means_directory) return -EISDIR;
        if (auto const error = tree::may_change(at); error < 0) return error;
        constexpr std::uint32_t mask = 022;
        at.target = tree_.make(at, file_type::regular, op.permissions & ~mask, time());
    } else {
        node const& found = *at.target;
        if (new_only) return -EEXIST;
        if (found.status.type == file_type::symlink) return -ELOOP;
        bool const directory = has_any(flags, open_flags::directory);
        if (directory && !found.is_directory()) return -ENOTDIR;
        if (found.is_directory() && (!directory || writes)) return -EISDIR;
        if (writes && !found.may(may_write)) return -EACCES;
        if (has_any(flags, open_flags::read) && !found.may(may_read)) return -EACCES;
    }
    op.opened = adopt(at.target, flags, nullptr);
    if (has_any(flags, open_flags::truncate) && !at.target->content.empty()) {
        tree_.resize(*at.target, 0);
        at.target->status.modified = at.target->status.changed = time();
        notify(*at.target, watch_bits::modified);
    }
    op.status = status_of(*at.target);
    return 0;
}

std::int32_t disk::read(read_at_operation& op) {
    open_file& open = of(op);
    if (!has_any(open.flags, open_flags::read)) return -EBADF;
    if (open.file->is_directory()) return -EISDIR;
    if (fails()) return -EIO;
    auto const from = op.offset == at_current_position ? open.position : op.offset;
    auto const& content = open.file->content;
    if (from >= content.size()) return 0;
    auto const there = std::min<std::uint64_t>({op.length, content.size() - from, detail::transfer_size(op.length)});
    auto const count = choices_.disk_piece(static_cast<std::size_t>(there));
    std::memcpy(op.buffer, content.data() + from, count);
    open.file->status.accessed = time();
    if (op.offset == at_current_position) open.position = from + count;
    return static_cast<std::int32_t>(count);
}

std::int32_t disk::write(write_at_operation const& op) {
    open_file& open = of(op);
    if (!has_any(open.flags, open_flags::write | open_flags::append)) return -EBADF;
    if (fails()) return -EIO;
    node& file = *open.file;
    auto to = op.offset == at_current_position ? open.position : op.offset;
    if (has_any(open.flags, open_flags::append)) to = file.content.size();
    auto const room = tree_.space().most - tree_.space().used;
    // A hole is filled: this disk knows no other way.
    auto const last = file.content.size() + room;
    if (to >= last) return -ENOSPC;
    auto const fits = std::min<std::uint64_t>({op.length, last - to, detail::transfer_size(op.length)});
    auto const count = choices_.disk_piece(static_cast<std::size_t>(fits));
    if (to + count > file.content.size()) {
        if (auto const error = tree_.resize(file, to + count); error < 0) return error;
    }
    std::memcpy(file.content.data() + to, op.data, count);
    file.status.modified = file.status.changed = time();
    if (op.offset == at_current_position) open.position = to + count;
    notify(file, watch_bits::modified);
    return static_cast<std::int32_t>(count);
}

std::int32_t disk::stat(file_call_operation& op) {
    if (op.path == nullptr) {
        op.status = status_of(*of(op).file);
        return 0;
    }
    auto const at = tree_.find(op.path, op.action == file_action::stat);
    if (at.error < 0) return at.error;
    if (!at.target) return -ENOENT;
    op.status = status_of(*at.target);
    return 0;
}

std::int32_t disk::truncate(file_call_operation const& op) {
    open_file const& open = of(op);
    if (!has_any(open.flags, open_flags::write | open_flags::append)) return -EINVAL;
    if (fails()) return -EIO;
    if (auto const error = tree_.resize(*open.file, op.number); error < 0) return error;
    open.file->status.modified = open.file->status.changed = time();
    notify(*open.file, watch_bits::modified);
    return 0;
}

std::int32_t disk::list(file_call_operation& op) {
    auto const at = tree_.find(op.path, true);
    if (at.error < 0) return at.error;
    if (!at.target) return -ENOENT;
    if (!at.target->is_directory()) return -ENOTDIR;
    if (!at.target->may(may_read)) return -EACCES;
    for (auto const& [name, entry] : at.target->entries) op.entries.push_back({name, entry->status.type});
    return 0;
}

std::int32_t disk::create_link(file_call_operation const& op) {
    auto const at = tree_.find(op.other, false);
    if (at.error < 0) return at.error;
    if (at.target) return -EEXIST;
    if (*op.path == '\0') return -ENOENT;
    if (auto const error = tree::may_change(at); error < 0) return error;
    std::string points_to(op.path);
    if (points_to.size() > tree_.space().most - tree_.space().used) return -ENOSPC;
    auto const made = tree_.make(at, file_type::symlink, 0777, time());
    made->content = std::move(points_to);
    tree_.space().used += made->content.size();
    return 0;
}

std::int32_t disk::open_watch(file_call_operation& op) {
    auto const at = tree_.find(op.path, true);
    if (at.error < 0) return at.error;
    if (!at.target) return -ENOENT;
    if (!at.target->may(may_read)) return -EACCES;
    auto watching = std::make_shared<watcher>();
    auto& all = at.target->watchers;
    std::erase_if(all, [](std::weak_ptr<watcher> const& each) { return each.expired(); });
    all.push_back(watching);
    op.opened = adopt(at.target, open_flags::read, std::move(watching));
    return 0;
}

std::int32_t disk::call(file_call_operation& op) {
    switch (op.action) {
        case file_action::stat:
        case file_action::stat_link: return stat(op);
        case file_action::truncate: return truncate(op);
        case file_action::set_permissions: {
            auto const at = tree_.find(op.path, true);
            if (at.error < 0) return at.error;
            if (!at.target) return -ENOENT;
            at.target->status.permissions = static_cast<std::uint32_t>(op.number) & 07777;
            at.target->status.changed = time();
            notify(*at.target, watch_bits::attributes);
            return 0;
        }
        case file_action::rename: return tree_.rename(op.path, op.other, time());
        case file_action::remove: {
            auto const at = tree_.find(op.path, false);
            return at.error < 0 ? at.error : tree_.remove(at, time());
        }
        case file_action::remove_all: return tree_.remove_all(op.path, op.number, time());
        case file_action::create_directory: {
            auto const at = tree_.find(op.path, false);
            if (at.error < 0) return at.error;
            if (at.target) return -EEXIST;
            if (auto const error = tree::may_change(at); error < 0) return error;
            constexpr std::uint32_t mask = 022;
            tree_.make(at, file_type::directory, static_cast<std::uint32_t>(op.number) & ~mask, time());
            return 0;
        }
        case file_action::create_symlink: return create_link(op);
        case file_action::read_symlink: {
            auto const at = tree_.find(op.path, false);
            if (at.error < 0) return at.error;
            if (!at.target) return -ENOENT;
            if (at.target->status.type != file_type::symlink) return -EINVAL;
            op.text = at.target->content;
            return 0;
        }
        case file_action::list: return list(op);
        case file_action::watch: return open_watch(op);
    }
    return -EINVAL;
}

std::optional<std::int32_t> disk::take_events(watch_operation& op) {
    auto& file = of(op);
    if (!file.watching) return -EINVAL;
    watcher& from = *file.watching;
    if (from.overflowed) {
        watch_event more;
        more.what = static_cast<std::uint32_t>(watch_bits::overflow);
        from.waiting.push_back(std::move(more));
        from.overflowed = false;
    }
    if (from.waiting.empty()) {
        if (file.closing) return -ECANCELED;
        from.reader = &op;
        return std::nullopt;
    }
    from.reader = nullptr;
    if (op.events.empty())
        op.events = std::exchange(from.waiting, {});
    else {
        op.events.insert(op.events.end(), from.waiting.begin(), from.waiting.end());
        from.waiting.clear();
    }
    return 0;
}

void disk::wake_watchers() noexcept {
    for (open_file const& each : files_) {
        if (!each.watching || !std::exchange(each.watching->news, false)) continue;
        auto* const reader = each.watching->reader;
        if (!reader || stage_of(*reader) != stage::parked) continue;
        set_stage(*reader, stage::scheduled);
        events_.push(*reader, choices_.reaction());
    }
}

}  // namespace rota::inline v0::simulation
