#include <rota/base/error.hpp>
#include <rota/engine/engine.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

using rota::engine_kind;
using rota::engine_options;
using rota::make_engine;

class engine_choice : public testing::Test {
protected:
    engine_choice() {
        unsetenv("ROTA_ENGINE");
        unsetenv("ROTA_SEED");
    }
    ~engine_choice() override {
        unsetenv("ROTA_ENGINE");
        unsetenv("ROTA_SEED");
    }

    static std::string refusal() {
        try {
            make_engine();
        } catch (rota::usage_error const& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(engine_choice, kinds_have_names) {
    EXPECT_EQ(to_string(engine_kind::automatic), "auto");
    EXPECT_EQ(to_string(engine_kind::uring), "uring");
    EXPECT_EQ(to_string(engine_kind::epoll), "epoll");
    EXPECT_EQ(to_string(engine_kind::simulated), "simulated");
}

TEST_F(engine_choice, automatic_never_means_simulated) {
    for (auto const* text : {"", "auto"}) {
        setenv("ROTA_ENGINE", text, 1);
        auto const kind = make_engine()->kind();
        EXPECT_EQ(kind, engine_kind::epoll);
    }
}

TEST_F(engine_choice, the_environment_decides_where_the_program_does_not) {
    for (auto const kind : {engine_kind::uring, engine_kind::epoll, engine_kind::simulated}) {
        setenv("ROTA_ENGINE", std::string(to_string(kind)).c_str(), 1);
        EXPECT_EQ(make_engine()->kind(), kind);
    }
    EXPECT_EQ(make_engine(engine_options(engine_kind::epoll))->kind(), engine_kind::epoll);
}

TEST_F(engine_choice, an_unknown_engine_is_an_error_that_lists_the_known_ones) {
    setenv("ROTA_ENGINE", "kqueue", 1);
    EXPECT_EQ(refusal(), "ROTA_ENGINE=kqueue: no such engine; use auto, uring, epoll or simulated");
}

TEST_F(engine_choice, the_environments_seed_takes_the_place_of_none) {
    engine_options options(engine_kind::simulated);
    options.seed = 42;
    auto const expected = make_engine(options)->random();
    setenv("ROTA_SEED", "42", 1);
    EXPECT_EQ(make_engine(engine_options(engine_kind::simulated))->random(), expected);
    setenv("ROTA_SEED", "43", 1);
    EXPECT_NE(make_engine(engine_options(engine_kind::simulated))->random(), expected);
    EXPECT_EQ(make_engine(options)->random(), expected);
}

TEST_F(engine_choice, a_seed_that_is_no_number_is_an_error) {
    for (auto const* text : {"x", "1x", "-1", " 1", "18446744073709551616"}) {
        setenv("ROTA_SEED", text, 1);
        EXPECT_EQ(refusal(),
                  std::string("ROTA_SEED=") + text + ": no seed; use a whole number from 0 to 18446744073709551615");
    }
}

}  // namespace
