// echo-libuv --port P: as a user of libuv writes it.
#include "peer.hpp"

#include <uv.h>

#include <cstdlib>

namespace {

struct reply {
    uv_write_t request;
    char* data;
};

void give_room(uv_handle_t*, std::size_t suggested, uv_buf_t* room) {
    *room = uv_buf_init(static_cast<char*>(std::malloc(suggested)), static_cast<unsigned>(suggested));
}

void forget(uv_handle_t* handle) { std::free(handle); }

void written(uv_write_t* request, int) {
    auto* const done = reinterpret_cast<reply*>(request);
    std::free(done->data);
    std::free(done);
}

void received(uv_stream_t* peer, ssize_t size, uv_buf_t const* room) {
    if (size < 0) {
        std::free(room->base);
        uv_close(reinterpret_cast<uv_handle_t*>(peer), forget);
        return;
    }
    if (size == 0) {
        std::free(room->base);
        return;
    }
    uv_buf_t rest = uv_buf_init(room->base, static_cast<unsigned>(size));
    int const sent = uv_try_write(peer, &rest, 1);
    if (sent == size) {
        std::free(room->base);
        return;
    }
    auto const done = sent < 0 ? 0U : static_cast<unsigned>(sent);
    rest = uv_buf_init(room->base + done, static_cast<unsigned>(size) - done);
    auto* const later = static_cast<reply*>(std::malloc(sizeof(reply)));
    later->data = room->base;
    uv_write(&later->request, peer, &rest, 1, written);
}

void connected(uv_stream_t* listener, int status) {
    if (status < 0) return;
    auto* const peer = static_cast<uv_tcp_t*>(std::malloc(sizeof(uv_tcp_t)));
    uv_tcp_init(listener->loop, peer);
    if (uv_accept(listener, reinterpret_cast<uv_stream_t*>(peer)) != 0) {
        uv_close(reinterpret_cast<uv_handle_t*>(peer), forget);
        return;
    }
    uv_tcp_nodelay(peer, 1);
    uv_read_start(reinterpret_cast<uv_stream_t*>(peer), give_room, received);
}

}  // namespace

int main(int count, char** words) {
    auto const port = peer::port_of(count, words);
    peer::raise_descriptor_limit();
    uv_loop_t* const loop = uv_default_loop();
    uv_tcp_t listener;
    uv_tcp_init(loop, &listener);
    sockaddr_in at{};
    uv_ip4_addr("127.0.0.1", port, &at);
    uv_tcp_bind(&listener, reinterpret_cast<sockaddr const*>(&at), 0);
    if (uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, connected) != 0) peer::give_up("listen");
    peer::tell_listening(port);
    return uv_run(loop, UV_RUN_DEFAULT);
}
