#include <rota/http/headers.hpp>

#include <algorithm>

namespace rota::inline v0::http {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) noexcept {
    auto const first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char left, char right) { return lower(left) == lower(right); });
}

void headers::add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string(name), std::string(value)});
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
    for (auto const& one : fields_)
        if (same_word(one.name, name)) return one.value;
    return std::nullopt;
}

std::size_t headers::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(), [name](field const& candidate) { return same_word(candidate.name, name); }));
}

bool headers::list_holds(std::string_view name, std::string_view word) const noexcept {
    for (auto const& one : fields_) {
        if (!same_word(one.name, name)) continue;
        std::string_view rest = one.value;
        while (true) {
            auto const comma = rest.find(',');
            if (same_word(trimmed(rest.substr(0, comma)), word)) return true;
            if (comma == rest.npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return false;
}

}  // namespace rota::inline v0::http
