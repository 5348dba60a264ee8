#include "fetch.hpp"
#include "fetch_report.hpp"

#include <rota/engine/engine.hpp>

#include <string>

namespace tools {
namespace {

bool is_count(std::string& text) { return CLI::Range(1, 1'000'000)(text).empty(); }

bool is_seconds(std::string& text) {
    // CLI11's range lets "not a number" through.
    return text.find_first_not_of("0123456789.") == text.npos && CLI::Range(0.001, 1e9)(text).empty();
}

bool to_bytes(std::string& text) {
    // CLI11 takes a negative size for a huge one, and a unit alone for one of it.
    if (text.empty() || text.front() < '0' || text.front() > '9') return false;
    try {
        return CLI::AsSizeValue(false)(text).empty();
    } catch (CLI::ValidationError const&) {
        return false;
    }
}

// CLI11's own words are about types and lists of units.
CLI::Validator in_words(bool (*accept)(std::string&), char const* otherwise) {
    return CLI::Validator(
        [accept, otherwise](std::string& text) {
            auto const given = text;
            return accept(text) ? std::string() : harmless(given) + ' ' + otherwise;
        },
        "");
}

}  // namespace

CLI::App& add_fetch(CLI::App& program, fetch_options& options) {
    auto& command = *program.add_subcommand("fetch", "Get many pages at once, on one thread");
    command.add_option("URL", options.urls, "What to fetch; - reads URLs from standard input, one a line, to its end");
    command
        .add_option("-i,--input", options.input,
                    "A file of URLs, one a line (a line that begins with # is a comment); - is standard input")
        ->type_name("FILE");
    command.add_option("-j,--at-once", options.at_once, "How many pages at once")
        ->type_name("N")
        ->check(in_words(is_count, "is no whole number from 1 to 1000000"))
        ->capture_default_str();
    command.add_option("--timeout", options.timeout, "How long one page may take, from connecting to its last byte")
        ->type_name("SECONDS")
        ->check(in_words(is_seconds, "is no number of seconds, such as 30 or 0.5"))
        ->capture_default_str();
    command.add_option("-o,--output", options.folder, "A folder for the pages, made where it is not there")
        ->type_name("DIR");
    command
        .add_option("--cacert", options.trusted_file,
                    "For https://: trust the issuers in this PEM file, and not the system's")
        ->type_name("FILE");
    command.add_option("--max-size", options.max_size, "The largest page, in bytes or with k, M, G [1G]")
        ->type_name("SIZE")
        ->transform(in_words(to_bytes, "is no size: that is a number of bytes, or one with k, M or G, such as 8M"));
    command
        .add_option_function<std::string>(
            "--engine",
            [&options](std::string const& name) {
                options.engine = name == "uring"   ? rota::engine_kind::uring
                                 : name == "epoll" ? rota::engine_kind::epoll
                                                   : rota::engine_kind::automatic;
            },
            "How to talk to the kernel: auto, uring or epoll [auto]")
        ->type_name("ENGINE")
        ->check(CLI::IsMember({"auto", "uring", "epoll"}));
    command.footer(
        "One URL without -o goes to standard output. Several without -o are only counted. With -o each page\n"
        "becomes a file named after its URL (a second a.html is a-2.html), when it is whole and not before.\n"
        "A status of 300 or more is a failure: redirects are told, not followed.\n"
        "A list of URLs, from -i or standard input, is read to its end before the first page is asked for.\n"
        "https:// trusts the system's roots, or those in the file or folder that SSL_CERT_FILE or SSL_CERT_DIR name, "
        "or\n"
        "those of --cacert alone.\n"
        "After Ctrl-C or SIGTERM there are whole files only, and what is missing is said.\n"
        "\n"
        "Examples:\n"
        "  rota fetch http://localhost:8000/            print a page\n"
        "  rota fetch -o pages http://a/1 http://a/2    keep two pages in the folder pages\n"
        "  rota fetch -j 2000 -o pages -i urls          2,000 at once, from a list\n"
        "  grep -o 'http://[^\"]*' x.html | rota fetch   see which links of a page are dead\n"
        "\n"
        "Exit status: 0 all well, 1 some page failed, 2 it could not begin.");
    return command;
}

}  // namespace tools
