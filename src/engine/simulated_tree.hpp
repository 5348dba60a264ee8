// What lies on the simulated disk: directories, files and links, found by their paths.
#pragma once

#include <rota/engine/file_operation.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v0::simulation {

/// How much is taken of how much there is; nodes count themselves out when their last user goes.
struct disk_space {
    std::uint64_t used = 0;
    std::uint64_t most = 0;
};

/// Who has a path watched, until it is closed.
struct watcher {
    std::vector<watch_event> waiting{};
    watch_operation* reader = nullptr;
    /// There was no memory for something that happened: to be told as an overflow.
    bool overflowed = false;
    /// `reader` is to be woken.
    bool news = false;
};

struct node {
    node(file_type kind, disk_space& on) noexcept : space(on) { status.type = kind; }
    node(node const&) = delete;
    node& operator=(node const&) = delete;
    ~node() { space.used -= content.size(); }

    disk_space& space;
    file_status status{};
    /// Of a file what is in it, of a link where it points.
    std::string content{};
    std::map<std::string, std::shared_ptr<node>, std::less<>> entries{};
    /// Where it stands; null once it has been removed.
    node* parent = nullptr;
    std::string name{};
    std::vector<std::weak_ptr<watcher>> watchers{};

    bool is_directory() const noexcept { return status.type == file_type::directory; }
    bool may(std::uint32_t owner_bit) const noexcept { return (status.permissions & owner_bit) != 0; }
};

constexpr std::uint32_t may_read = 0400;
constexpr std::uint32_t may_write = 0200;
constexpr std::uint32_t may_enter = 0100;

/// Where a path leads.
struct place {
    std::int32_t error = 0;
    /// The directory that has it, or would have it; null for the root itself.
    std::shared_ptr<node> parent{};
    std::string name{};
    /// Null where there is nothing of that name.
    std::shared_ptr<node> target{};
    /// The path ends with a slash.
    bool means_directory = false;
};

class tree {
public:
    explicit tree(std::uint64_t bytes);

    place find(std::string_view path, bool follow_last) const;

    /// Puts a new node into `at`, which has none.
    std::shared_ptr<node> make(place const& at, file_type kind, std::uint32_t permissions, file_status::time_point now);
    static std::int32_t may_change(place const& at) noexcept;
    std::int32_t rename(std::string_view from, std::string_view to, file_status::time_point now);
    std::int32_t remove(place const& at, file_status::time_point now);
    std::int32_t remove_all(std::string_view path, std::uint64_t& count, file_status::time_point now);
    /// Lengthens with zeros, or cuts. `-ENOSPC` where that is too much.
    std::int32_t resize(node& file, std::uint64_t size);

    disk_space& space() noexcept { return space_; }

private:
    static void take_out(node& directory, node& entry, file_status::time_point now);

    disk_space space_;
    std::uint64_t last_inode_ = 1;
    std::shared_ptr<node> root_;
};

/// Tells who watches `of`, or the directory it is in.
void notify(node const& of, watch_bits what, std::uint32_t cookie = 0) noexcept;
/// Tells the watchers of a directory about an entry of it.
void notify_entry(node const& directory, std::string const& name, watch_bits what, std::uint32_t cookie = 0) noexcept;

}  // namespace rota::inline v0::simulation
