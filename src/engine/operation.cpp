#include <rota/engine/operation.hpp>

#include "base/receive_blocks.hpp"

#include <utility>

namespace rota::inline v0 {

void receive_operation::borrow() noexcept { buffer_ = detail::receive_blocks::take(length_); }

void receive_operation::return_borrowed() noexcept {
    detail::receive_blocks::give_back(std::exchange(buffer_, nullptr), length_);
}

}  // namespace rota::inline v0
