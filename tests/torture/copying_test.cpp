// Copies from stream to stream and from file to stream, cancelled at every point or short of memory: what was not taken is
// still where it was.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

std::string const content = "what is to be copied, in more than one piece";

struct copies : scenario {
    std::pair<rota::stream, rota::stream> source = rota::memory_stream_pair(16);
    std::pair<rota::stream, rota::stream> sink = rota::memory_stream_pair(content.size());
    coro<> subject() override { co_await rota::copy_stream(source.first, sink.first); }
    coro<> environment() override {
        co_await source.second.write(content);
        co_await source.second.write_eof();
    }
    coro<> verify() override {
        co_await rota::sleep(1s);
        auto const left = rota::create_task(source.first.read());
        co_await sink.first.close();
        std::string const taken = co_await sink.second.read();
        std::string const rest = co_await left;
        // A piece that was written half-way is with both.
        require(content.starts_with(taken), "other bytes came");
        require(content.ends_with(rest), "other bytes are left");
        require(taken.size() + rest.size() >= content.size(), "bytes are lost");
    }
};

struct sends_a_file : scenario {
    std::pair<rota::stream, rota::stream> sink = rota::memory_stream_pair();
    rota::file from;
    coro<> subject() override {
        co_await rota::write_file("/tmp/some", content);
        from = co_await rota::open_file("/tmp/some");
        co_await rota::sendfile(sink.first, from);
    }
    coro<> verify() override {
        co_await sink.first.close();
        std::string const taken = co_await sink.second.read();
        require(content.starts_with(taken), "other bytes came");
        require(!from || from.tell() == taken.size(), "the file tells of other bytes than came");
        from = rota::file();
    }
};

TEST(TortureCopying, CopyStream) { torture<copies>("copy_stream", several_seeds); }
TEST(TortureCopying, Sendfile) { torture<sends_a_file>("sendfile", several_seeds); }

}  // namespace
