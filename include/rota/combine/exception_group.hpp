#pragma once

#include <rota/base/export.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v0 {

/// Several errors that came together, as a task group throws them. One of them may be a group itself.
///
///     } catch (rota::exception_group const& all) {
///         auto [refused, rest] = all.split<rota::system_error>();
///
/// Errors: `usage_error` where it is made of none.
/// asyncio: `ExceptionGroup`; instead of `except*` use `split`.
class ROTA_API exception_group : public std::exception {
public:
    exception_group(std::string_view message, std::vector<std::exception_ptr> errors);

    /// The message, the number of errors, and each with its type.
    char const* what() const noexcept override { return inside_->text.c_str(); }
    std::string const& message() const noexcept { return inside_->message; }
    std::span<std::exception_ptr const> exceptions() const noexcept { return inside_->errors; }

    /// Those errors that a `catch` of one of the types would catch, and the others; none where there are none.
    /// Groups within keep their place, split themselves where no such `catch` would take them whole.
    ///
    /// asyncio: `split`, which takes this group whole where the type is its own or a base class of it.
    template <class... E>
    std::pair<std::optional<exception_group>, std::optional<exception_group>> split() const {
        return split_by([](std::exception_ptr const& error) { return (caught_as<E>(error) || ...); });
    }
    /// The first half of `split`.
    template <class... E>
    std::optional<exception_group> subgroup() const {
        return split<E...>().first;
    }

private:
    struct contents {
        std::string message;
        std::vector<std::exception_ptr> errors;
        std::string text;
    };
    using halves = std::pair<std::optional<exception_group>, std::optional<exception_group>>;

    template <class E>
    static bool caught_as(std::exception_ptr const& error) {
        try {
            std::rethrow_exception(error);
        } catch (E const&) {
            return true;
        } catch (...) {
            return false;
        }
    }
    halves split_by(bool (*matches)(std::exception_ptr const&)) const;

    // Shared, so that a copy of the exception can not fail.
    std::shared_ptr<contents const> inside_;
};

}  // namespace rota::inline v0
