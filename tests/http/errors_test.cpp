#include <rota/http/errors.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

TEST(HttpErrors, WhatAServerDidWrongIsCaughtAsOneKind) {
    EXPECT_THROW(throw rota::http::truncated_error("short"), rota::http::protocol_error);
    EXPECT_THROW(throw rota::http::body_too_large_error("long"), rota::http::protocol_error);
    EXPECT_THROW(throw rota::http::protocol_error("odd"), std::runtime_error);
}

TEST(HttpErrors, AUrlIsTheCallersMistake) {
    EXPECT_THROW(throw rota::http::url_error("no host"), std::invalid_argument);
}

}  // namespace
