#include "type_name.hpp"

#include <cxxabi.h>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace rota::inline v0::detail {

std::string readable_name(std::type_info const& type) {
    int status = 0;
    std::unique_ptr<char, decltype(&std::free)> const readable(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
    if (status != 0 || !readable) return type.name();
    std::string name = readable.get();
    // Programs leave the version out.
    constexpr std::string_view with_version = "rota::v0::";
    for (std::size_t at = 0; (at = name.find(with_version, at)) != std::string::npos;)
        name.replace(at, with_version.size(), "rota::");
    return name;
}

}  // namespace rota::inline v0::detail
