#include "python.hpp"

#include <rota/combine/exception_group.hpp>
#include <rota/core/cancellation.hpp>

#include <cxxabi.h>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace conformance {

std::string type_name(std::exception_ptr const& error) {
    std::type_info const* type = nullptr;
    try {
        std::rethrow_exception(error);
    } catch (...) {
        type = abi::__cxa_current_exception_type();
    }
    int status = 0;
    std::unique_ptr<char, void (*)(void*)> const demangled(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                                           std::free);
    std::string_view name = demangled ? demangled.get() : type->name();
    if (auto const scope = name.rfind("::"); scope != name.npos) name.remove_prefix(scope + 2);
    std::string python;
    bool first = true;
    for (char const c : name) {
        if (c != '_') python += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        first = c == '_';
    }
    return python;
}

std::string str(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return known.what();
    } catch (rota::cancelled_error const&) {
        return {};
    }
}

shown tree(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (rota::exception_group const& group) {
        return {str(each(group.exceptions(), tree))};
    } catch (...) {
        return {repr(type_name(error) + " " + str(error))};
    }
}

std::string str(bool value) { return value ? "True" : "False"; }

std::string str(double value) {
    std::array<char, 32> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string(text.data(), end);
}

std::string str(bytes const& value) {
    std::string text;
    for (char const c : value.text) {
        if (c == '\n')
            text += "\\n";
        else if (c == '\r')
            text += "\\r";
        else
            text += c;
    }
    return "b'" + text + "'";
}

void print_line(std::initializer_list<std::string> words) {
    std::string line;
    for (auto const& word : words) line += (&word == words.begin() ? "" : " ") + word;
    std::puts(line.c_str());
    std::fflush(stdout);
}

}  // namespace conformance
