// echo-uring --port P: the floor of all that runs on io_uring. A ring by hand: one receive or send under way for each
// connection, a buffer of its own, nothing else.
#include "../peers/peer.hpp"

#include <liburing.h>

#include <array>
#include <cstdint>
#include <memory>

namespace {

constexpr unsigned entries = 4096;

struct connection {
    int descriptor = -1;
    bool sending = false;
    std::size_t done = 0;
    std::size_t size = 0;
    std::array<char, 65536> buffer;
};

io_uring ring;

io_uring_sqe& next_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring);
    if (entry == nullptr) {
        io_uring_submit(&ring);
        entry = io_uring_get_sqe(&ring);
    }
    return *entry;
}

void receive(connection& of) {
    of.sending = false;
    auto& entry = next_entry();
    io_uring_prep_recv(&entry, of.descriptor, of.buffer.data(), of.buffer.size(), 0);
    io_uring_sqe_set_data(&entry, &of);
}

void send(connection& of) {
    of.sending = true;
    auto& entry = next_entry();
    io_uring_prep_send(&entry, of.descriptor, of.buffer.data() + of.done, of.size - of.done, MSG_NOSIGNAL);
    io_uring_sqe_set_data(&entry, &of);
}

void accept(int listener) {
    auto& entry = next_entry();
    io_uring_prep_accept(&entry, listener, nullptr, nullptr, SOCK_CLOEXEC);
    io_uring_sqe_set_data(&entry, nullptr);
}

void go_on(connection& of, int result) {
    if (result <= 0) {
        ::close(of.descriptor);
        delete &of;
    } else if (!of.sending) {
        of.done = 0;
        of.size = static_cast<std::size_t>(result);
        send(of);
    } else {
        of.done += static_cast<std::size_t>(result);
        if (of.done < of.size)
            send(of);
        else
            receive(of);
    }
}

}  // namespace

int main(int count, char** words) {
    int const listener = peer::listen_at(peer::port_of(count, words));
    io_uring_params how{};
    how.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    if (io_uring_queue_init_params(entries, &ring, &how) < 0) peer::give_up("io_uring_queue_init");
    accept(listener);
    for (;;) {
        io_uring_submit_and_wait(&ring, 1);
        io_uring_cqe* completion = nullptr;
        unsigned head = 0;
        unsigned seen = 0;
        io_uring_for_each_cqe(&ring, head, completion) {
            ++seen;
            auto* const of = static_cast<connection*>(io_uring_cqe_get_data(completion));
            if (of != nullptr) {
                go_on(*of, completion->res);
                continue;
            }
            if (completion->res >= 0) {
                auto made = std::make_unique_for_overwrite<connection>();
                made->descriptor = completion->res;
                int const on = 1;
                ::setsockopt(made->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                receive(*made.release());
            }
            accept(listener);
        }
        io_uring_cq_advance(&ring, seen);
    }
}
