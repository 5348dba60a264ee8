#pragma once

// What the programs need of Python: `print`, which shows values as Python does, the exceptions they raise, `sorted`.

#include <algorithm>
#include <concepts>
#include <exception>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace conformance {

/// Shown as b'...'.
struct bytes {
    explicit bytes(std::string_view of) : text(of) {}
    std::string text;
};

class value_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
class key_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
class zero_division_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `type(error).__name__`: rota::cancelled_error is a CancelledError.
std::string type_name(std::exception_ptr const& error);

/// `str(error)`.
std::string str(std::exception_ptr const& error);

/// Values as Python's `str` has them.
std::string str(bool value);
std::string str(double value);
std::string str(bytes const& value);
inline std::string str(std::string_view value) { return std::string(value); }
inline std::string str(std::string const& value) { return value; }
inline std::string str(char const* value) { return value; }
template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
std::string str(T value) {
    return std::to_string(value);
}
inline std::string str(std::exception const& error) { return error.what(); }
template <class T>
std::string str(std::optional<T> const& value) {
    return value ? str(*value) : "None";
}

/// The same inside a list, where strings stand in quotes.
inline std::string repr(std::string_view value) { return "'" + std::string(value) + "'"; }
inline std::string repr(std::string const& value) { return repr(std::string_view(value)); }
inline std::string repr(char value) { return repr(std::string_view(&value, 1)); }
template <class T>
    requires(std::is_arithmetic_v<T> && !std::same_as<T, char>)
std::string repr(T value) {
    return str(value);
}

/// Something that is shown as it stands: a list whose parts are of different types is made of these.
struct shown {
    std::string text;
};
inline std::string repr(shown const& value) { return value.text; }
inline std::string str(shown const& value) { return value.text; }

/// An error by type and text, a group as the list of its errors.
shown tree(std::exception_ptr const& error);

template <std::ranges::input_range List>
    requires(!std::convertible_to<List const&, std::string_view> && !std::same_as<List, bytes>)
std::string str(List const& list) {
    std::string text;
    for (auto const& item : list) text += (text.empty() ? "" : ", ") + repr(item);
    return "[" + text + "]";
}

/// What `gather` gives for arguments of its own types is a list in Python and a tuple here.
template <class... T>
std::string str(std::tuple<T...> const& list) {
    return std::apply([](T const&... items) { return str(std::vector<shown>{shown{repr(items)}...}); }, list);
}

void print_line(std::initializer_list<std::string> words);

/// The values with a space between them, at once.
template <class... Values>
void print(Values const&... values) {
    print_line({str(values)...});
}

/// `[f(item) for item in list]`
template <std::ranges::input_range List, class F>
auto each(List const& list, F f) {
    std::vector<std::decay_t<decltype(f(*std::ranges::begin(list)))>> made;
    for (auto const& item : list) made.push_back(f(item));
    return made;
}
template <class... T, class F>
auto each(std::tuple<T...> const& list, F f) {
    return std::apply([&](T const&... items) { return std::vector{f(items)...}; }, list);
}

template <std::ranges::input_range List>
auto sorted(List const& list) {
    std::vector<std::ranges::range_value_t<List>> copy(std::ranges::begin(list), std::ranges::end(list));
    std::ranges::sort(copy);
    return copy;
}

/// Calls `last` however the scope is left: `try: ... finally:` without an await. With one it is `rota::with_cleanup`.
template <class F>
class finally {
public:
    explicit finally(F last) : last_(std::move(last)) {}
    finally(finally const&) = delete;
    finally& operator=(finally const&) = delete;
    ~finally() { last_(); }

private:
    F last_;
};

}  // namespace conformance
