#include "native_stack.hpp"

#include <dlfcn.h>
#include <array>
#include <cstdint>
#include <cstdio>

namespace rota::inline v0::detail {

std::string describe_addresses(void* const* addresses, std::size_t count, char const* indent) {
    std::string text;
    void const* module = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        Dl_info found{};
        if (::dladdr(addresses[i], &found) == 0 || found.dli_fname == nullptr) continue;
        if (found.dli_fbase != module) {
            text.append("\n").append(indent).append("addr2line -Cfipe ").append(found.dli_fname);
            module = found.dli_fbase;
        }
        // The call itself lies just before where it returns to. What is loaded where it was linked for has no offset.
        auto const base = reinterpret_cast<std::uintptr_t>(found.dli_fbase);
        auto const offset = reinterpret_cast<std::uintptr_t>(addresses[i]) - 1 - base;
        std::array<char, 24> hex{};
        std::snprintf(hex.data(), hex.size(), " %#zx", static_cast<std::size_t>(offset));
        text.append(hex.data());
    }
    return text;
}

}  // namespace rota::inline v0::detail
