#pragma once

#include <rota/base/export.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v0::http {

/// Whether two ASCII words are the same but for upper and lower case, as header names are compared.
ROTA_API bool same_word(std::string_view a, std::string_view b) noexcept;

/// The header fields of a message in the order in which they came. Names compare without regard to case.
///
/// asyncio: aiohttp's `CIMultiDict`.
class ROTA_API headers {
public:
    struct field {
        std::string name;
        std::string value;
    };

    /// Adds a field behind the others, also where there is one of that name.
    void add(std::string_view name, std::string_view value);
    void clear() noexcept { fields_.clear(); }

    /// The value of the first field of that name; the view lives as long as the field does.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    std::size_t count(std::string_view name) const noexcept;
    /// Whether a comma-separated list, spread over any number of fields of that name, holds `word`.
    bool list_holds(std::string_view name, std::string_view word) const noexcept;

    std::size_t size() const noexcept { return fields_.size(); }
    bool empty() const noexcept { return fields_.empty(); }
    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }

private:
    std::vector<field> fields_;
};

}  // namespace rota::inline v0::http
