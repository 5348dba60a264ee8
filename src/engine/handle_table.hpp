#pragma once

#include <rota/base/intrusive_list.hpp>
#include <rota/engine/io_handle.hpp>
#include <rota/engine/operation.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace rota::inline v0::detail {

using operation_list = intrusive_list<operation>;

/// One open descriptor and what is pending on it. A slot outlives its handle: closing makes the handle stale at once,
/// while the slot stays until its last operation has completed.
struct alignas(64) handle_slot {
    std::uint32_t index = 0;
    std::uint32_t generation = 0;
    int descriptor = -1;
    union {
        /// Operations that were kept and have not finished.
        std::uint32_t users = 0;
        /// Of one that is free.
        std::uint32_t next_free;
    };
    /// Who awaits the close, if anybody does.
    operation* closer = nullptr;
    /// What is pending in each direction, in the order it came: accept and receive; connect and send.
    operation_list reading;
    operation_list writing;
    bool closing : 1 = false;
    bool is_socket : 1 = true;
    /// A socket for datagrams that was opened here.
    bool is_datagram : 1 = false;
    /// Others may have what it stands for open too.
    bool is_shared : 1 = false;
    /// It was blocking before it was adopted.
    bool was_blocking : 1 = false;

    /// epoll: what the kernel last said. True until a call has found otherwise, or a new connection is expected to.
    bool readable = true;
    bool writable = true;
    bool registered : 1 = false;
    bool tells_of_room : 1 = false;  // where it is registered
    /// epoll: a read that brings less than it had room for has emptied the socket. Not so once the end, an error or
    /// urgent data have been announced, for which no further edge comes, nor between messages of a Unix socket.
    bool short_read_empties : 1 = true;

    /// io_uring: how many receives of datagrams go to the ring before one is tried by a call again; and how many the last
    /// try made them, 0 where it found something.
    std::uint8_t untried_left = 0;
    std::uint8_t untried = 0;
};
static_assert(sizeof(handle_slot) == 64, "a line of the processor's cache for each");

/// Where the generations of an engine's handles begin: far from those of every other engine of the process, since what was
/// opened on one may be closed when the next has taken its place.
std::uint32_t first_generation() noexcept;

/// What an engine has open. Slots never move; handles are checked by generation.
class handle_table {
public:
    handle_table() noexcept;
    handle_table(handle_table const&) = delete;
    handle_table& operator=(handle_table const&) = delete;
    /// Closes what is still open.
    ~handle_table();

    /// Takes over `descriptor` and names it. -ENOMEM: it was closed instead.
    std::int32_t adopt(int descriptor, io_handle& handle) noexcept;

    /// Room for the next one. -ENOMEM: there is none.
    std::int32_t reserve() noexcept { return first_free_ != io_handle::no_slot || grow() ? 0 : -ENOMEM; }

    /// Null where the handle is stale, or never was one.
    handle_slot* find(io_handle handle) noexcept {
        if (handle.slot >= size_) return nullptr;
        auto& slot = at(handle.slot);
        return slot.generation == handle.generation && slot.descriptor >= 0 && !slot.closing ? &slot : nullptr;
    }

    /// Where its slot is, unread; null where there never was one.
    void const* place_of(io_handle handle) noexcept { return handle.slot < size_ ? &at(handle.slot) : nullptr; }

    /// The slot itself, closing or not.
    handle_slot& at(std::uint32_t index) noexcept { return chunks_[index / chunk_slots][index % chunk_slots]; }

    /// Makes the handle stale; the descriptor stays open until `release`.
    void retire(handle_slot& slot) noexcept {
        slot.closing = true;
        ++slot.generation;
    }

    /// Closes the descriptor of a retired slot nothing is pending on any more; the slot may be used again. Gives what the
    /// close said, 0 or a negative errno: some file systems tell only now that there was no room.
    std::int32_t release(handle_slot& slot) noexcept;

    /// Slots in use.
    std::size_t open() const noexcept { return open_; }

private:
    static constexpr std::uint32_t chunk_slots = 64;
    bool grow() noexcept;

    std::vector<std::unique_ptr<handle_slot[]>> chunks_;
    std::uint32_t first_generation_;
    std::uint32_t size_ = 0;
    std::uint32_t first_free_ = io_handle::no_slot;
    std::size_t open_ = 0;
};

}  // namespace rota::inline v0::detail
