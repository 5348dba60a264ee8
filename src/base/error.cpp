#include <rota/base/error.hpp>

#include <utility>

namespace rota::inline v0 {
namespace {

std::string stack_here() {
    auto* const source = detail::stack_source.load(std::memory_order_relaxed);
    return source != nullptr ? source() : std::string();
}

}  // namespace

constinit std::atomic<std::string (*)()> detail::stack_source{nullptr};

system_error::system_error(int error, std::string operation, std::string object)
    : std::system_error(error, std::generic_category(), object.empty() ? operation : operation + " " + object),
      operation_(std::move(operation)),
      object_(std::move(object)),
      stack_(stack_here()) {}

void detail::throw_usage_error(char const* what) { throw usage_error(what); }

void detail::throw_system_error(int error, char const* operation, std::string object) {
    throw system_error(error, operation, std::move(object));
}

}  // namespace rota::inline v0
