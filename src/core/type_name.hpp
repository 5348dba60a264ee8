#pragma once

#include <string>
#include <typeinfo>

namespace rota::inline v0::detail {

/// A type's name as programs write it.
std::string readable_name(std::type_info const& type);

}  // namespace rota::inline v0::detail
