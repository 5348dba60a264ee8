#include "page_names.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tools {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_extension = 16;

constexpr bool is_safe(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._+=,@%").find(c) != std::string_view::npos;
}

int hex_digit(char c) noexcept {
    auto const at = std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// Decodes what is harmless decoded, and leaves the rest of the percent signs as they are.
std::string safe(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%' && i + 2 < text.size()) {
            int const high = hex_digit(text[i + 1]);
            int const low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0 && is_safe(static_cast<char>(high * 16 + low)) && high * 16 + low != '%') {
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
        }
        result.push_back(is_safe(c) ? c : '_');
    }
    return result;
}

std::pair<std::string_view, std::string_view> split_extension(std::string_view name) {
    auto const dot = name.find_last_of('.');
    if (dot == name.npos || dot == 0 || name.size() - dot > longest_extension) return {name, {}};
    return {name.substr(0, dot), name.substr(dot)};
}

std::string joined(std::string_view stem, std::string_view middle, std::string_view extension) {
    std::size_t const room = longest_name - middle.size() - extension.size();
    std::string result(stem.substr(0, room));
    result += middle;
    result += extension;
    return result;
}

}  // namespace

std::string page_name(rota::http::url const& address) {
    auto const path = address.path();
    auto name = safe(path.substr(path.find_last_of('/') + 1));
    if (name.empty()) name = "index.html";
    name += safe(std::string_view(address.target()).substr(path.size()));
    // Neither hidden nor an option.
    if (name.front() == '.' || name.front() == '-') name.front() = '_';
    auto const [stem, extension] = split_extension(name);
    return joined(stem, {}, extension);
}

std::string page_names::assign(rota::http::url const& address) {
    auto const wanted = page_name(address);
    auto name = wanted;
    if (!taken_.insert(name).second) {
        auto const [stem, extension] = split_extension(wanted);
        auto& number = last_number_.try_emplace(wanted, 1).first->second;
        do {
            name = joined(stem, '-' + std::to_string(++number), extension);
        } while (!taken_.insert(name).second);
    }
    return name;
}

}  // namespace tools
