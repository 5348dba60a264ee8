// What may come out of a stream: the bytes of its writes in their order, whole but for one that was cancelled half-way.
#pragma once

#include "model.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace random_programs {

enum stream_call : std::uint8_t {
    write,
    write_eof,
    read_some,
    read_into,
    read_exactly,
    read_line,
    read_until,
    read_all,
    fill
};

/// Two directions, and sizes of writes and reads.
constexpr int directions = 2;
constexpr std::array<int, 4> stream_sizes{1, 4, 11, 30};
constexpr int read_into_room = 6;

/// What one write sends: no two begin alike, and every fifth byte ends a line.
std::string text_of(int step, int size);

/// What a call gave, in a number: the bytes that came, also with an error, or how many went.
int digest(std::string_view bytes);
int digest_of_incomplete(std::string_view bytes);
int digest_of_broken(std::size_t sent, std::size_t size);

constexpr int may_be_written = -100;

/// Before it ends, each direction is asked whether more could be written, and read to its end. What is told then: -1 -
/// direction; `may_be_written`, or the broken write; what came.
class stream_model final : public model {
public:
    /// `capacity`: as many bytes at least lie in a direction before a writer has to wait.
    explicit stream_model(std::size_t capacity) : capacity_(capacity) {}

    bool is_unforeseeable() const override { return true; }
    void begin(use now) override;
    void withdraw(int) override {}
    void resumes(int task, outcome got) override;
    void told(int value) override;
    void stuck() override;

private:
    enum class stage : std::uint8_t { active, done, cancelled, half, gone };
    struct written {
        use by;
        int size;  // 0: the end
        stage now = stage::active;
        int went = 0;  // of one that went half-way
        int read = 0;
    };
    struct direction_of {
        std::vector<written> writes;
        use reader{};
        bool is_read = false;
        bool drained = false;
    };
    // Bytes that may come next, and of which write each is.
    struct possible {
        std::string bytes;
        std::vector<std::size_t> from;
    };

    void end_write(direction_of& in, written& ended, outcome got);
    void end_read(direction_of& in, outcome got);
    void name_broken(direction_of& in, written const* named_by, int broken);
    void take(direction_of& in, use by, int value);
    bool fits(direction_of const& in, use by, std::string_view bytes, bool incomplete) const;
    bool is_doubtful(written const& one) const;
    void add_possible(direction_of const& in, std::size_t at, possible so_far, std::vector<possible>& to) const;
    bool at_end(direction_of const& in) const;
    static std::string certain(direction_of const& in);

    std::size_t capacity_;
    std::array<direction_of, directions> directions_;
    std::map<int, use> calls_;
    int draining_ = 0;
};

}  // namespace random_programs
