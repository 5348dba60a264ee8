// What the tests of debug mode share.
#pragma once

#include "core_kit.hpp"

#include <rota/core/debug.hpp>

#include <initializer_list>
#include <string>

namespace debug_kit {

/// Debug mode, and nothing of it is left behind.
class test : public testing::Test {
protected:
    void SetUp() override { rota::set_debug_mode(true); }
    void TearDown() override { rota::set_debug_mode(before_); }

private:
    bool before_ = rota::debug_mode();
};

/// The text holds all of the parts.
inline void expect_told(std::string const& text, std::initializer_list<std::string> parts) {
    for (auto const& part : parts) EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

}  // namespace debug_kit
