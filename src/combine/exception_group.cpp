#include <rota/combine/exception_group.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/report.hpp>

#include <algorithm>

namespace rota::inline v0 {
namespace {

/// Of a thousand connections that failed alike some are enough; `exceptions()` has them all.
constexpr std::size_t most_told = 8;

// The group that `error` is, to look into; null where it is none.
std::optional<exception_group> as_group(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (exception_group const& group) {
        return group;
    } catch (...) {
        return std::nullopt;
    }
}

}  // namespace

exception_group::exception_group(std::string_view message, std::vector<std::exception_ptr> errors) {
    if (errors.empty()) detail::throw_usage_error("exception_group: made of no errors");
    auto made = std::make_shared<contents>();
    made->message = message;
    made->text = made->message + " (" + std::to_string(errors.size()) + (errors.size() == 1 ? " error)" : " errors)");
    std::size_t const told = std::min(errors.size(), most_told);
    for (std::size_t i = 0; i != told; ++i) made->text += (i == 0 ? ": " : "; ") + detail::describe(errors[i]);
    if (told != errors.size()) made->text += "; and " + std::to_string(errors.size() - told) + " more";
    made->errors = std::move(errors);
    inside_ = std::move(made);
}

exception_group::halves exception_group::split_by(bool (*matches)(std::exception_ptr const&)) const {
    std::vector<std::exception_ptr> matched;
    std::vector<std::exception_ptr> rest;
    for (auto const& error : inside_->errors) {
        if (matches(error)) {
            matched.push_back(error);
            continue;
        }
        halves const inner = [&] {
            auto const group = as_group(error);
            return group ? group->split_by(matches) : halves();
        }();
        if (inner.first) matched.push_back(inner.second ? std::make_exception_ptr(*inner.first) : error);
        if (inner.second || !inner.first) rest.push_back(inner.first ? std::make_exception_ptr(*inner.second) : error);
    }
    halves split;
    if (!matched.empty()) split.first.emplace(inside_->message, std::move(matched));
    if (!rest.empty()) split.second.emplace(inside_->message, std::move(rest));
    return split;
}

}  // namespace rota::inline v0
