// What the scripts here let foreign programs talk to: a server that answers lines, a client that asks one, and one that holds
// many connections. Options are NAME=VALUE.
#include <rota/rota.hpp>
#include <rota/tls.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using rota::coro;
using rota::stream;
using options = std::map<std::string, std::string>;

void say(std::string const& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

std::string describe(stream const& of) {
    auto const info = *rota::tls_info(of);
    std::string text = info.version == rota::tls_version::tls_1_3 ? "TLSv1.3" : "TLSv1.2";
    text += " alpn=" + info.alpn_protocol + " name=" + info.server_name;
    text += info.session_reused ? " resumed" : " new";
    if (info.peer_certificate) text += " peer=" + info.peer_certificate->subject;
    return text;
}

std::vector<std::string> split(std::string const& list) {
    std::vector<std::string> parts;
    std::istringstream in(list);
    for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
    return parts;
}

rota::ssl_context context_of(options& given, rota::ssl_purpose purpose) {
    auto context = rota::create_default_ssl_context(purpose);
    if (given.contains("ca")) context.load_verify_locations(given["ca"]);
    if (given.contains("cert")) context.load_cert_chain(given["cert"], given["key"], given["password"]);
    if (given.contains("alpn")) context.set_alpn_protocols(split(given["alpn"]));
    if (given["verify"] == "required") context.set_verify_mode(rota::ssl_verify_mode::required);
    if (given["verify"] == "none") context.set_verify_mode(rota::ssl_verify_mode::none);
    if (given["version"] == "1.2") context.set_maximum_version(rota::tls_version::tls_1_2);
    if (given["version"] == "1.3") context.set_minimum_version(rota::tls_version::tls_1_3);
    return context;
}

/// `big N` is answered by N bytes, `bye` by an end, anything else by itself.
coro<> answer(stream peer) {
    say("connected " + describe(peer));
    std::string end = "end";
    try {
        while (true) {
            std::string const line = co_await peer.read_line();
            if (line.empty() || line == "bye\n") break;
            if (line.starts_with("big "))
                co_await peer.write(std::string(std::stoul(line.substr(4)), 'x') + "\n");
            else
                co_await peer.write(line);
        }
    } catch (rota::system_error const& error) {
        end = error.what();
    }
    co_await peer.close();
    say("left " + end);
}

coro<> serve(options given) {
    rota::running_loop().set_exception_handler([](rota::loop&, rota::exception_context const& context) {
        try {
            std::rethrow_exception(context.exception);
        } catch (std::exception const& error) {
            say(std::string("refused ") + error.what());
        }
    });
    rota::tls_options tls;
    if (given.contains("patience")) tls.ssl_handshake_timeout = std::chrono::milliseconds(std::stol(given["patience"]));
    rota::server_options const server;
    auto listening = co_await rota::start_server(answer, "127.0.0.1", 0,
                                                 context_of(given, rota::ssl_purpose::client_auth), server, tls);
    say("listening " + std::to_string(listening.sockets().front().port()));
    co_await listening.serve_forever();
}

coro<> ask_once(rota::ssl_context context, std::uint16_t port, options& given) {
    rota::connection_options const plain;
    rota::tls_options const tls(given.contains("name") ? given["name"] : "localhost");
    auto peer = co_await rota::open_connection("127.0.0.1", port, context, plain, tls);
    say("connected " + describe(peer));
    if (!given["send"].empty()) co_await peer.write(given["send"] + "\n");
    say("answer " + co_await peer.read_line());
    if (given.contains("rest")) {
        std::string const rest = co_await peer.read();
        say("rest " + std::to_string(rest.size()));
    }
    co_await peer.close();
    say("closed");
}

coro<> ask(options given) {
    auto const context = context_of(given, rota::ssl_purpose::server_auth);
    auto const port = static_cast<std::uint16_t>(std::stoi(given["port"]));
    int const times = given.contains("times") ? std::stoi(given["times"]) : 1;
    for (int i = 0; i < times; ++i) {
        std::string failure;
        try {
            co_await ask_once(context, port, given);
        } catch (rota::system_error const& error) {
            failure = error.what();
        }
        if (!failure.empty()) say("error " + failure);
    }
}

std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    return 0;
}

/// Holds `count` connections, each of which waits for a line, until its input ends. Without `ca`: over TCP alone.
coro<> hold(options given) {
    auto const port = static_cast<std::uint16_t>(std::stoi(given["port"]));
    std::size_t const count = std::stoul(given["count"]);
    std::vector<stream> held;
    held.reserve(count + 1);
    auto const context = context_of(given, rota::ssl_purpose::server_auth);
    std::size_t before = 0;
    auto wait = [](stream& one) -> coro<> { (void)co_await rota::as_result(one.read_line()); };
    std::vector<rota::task<>> waiting;
    for (std::size_t i = 0; i <= count; ++i) {
        if (given.contains("ca"))
            held.push_back(co_await rota::open_connection("localhost", port, context));
        else
            held.push_back(co_await rota::open_connection("127.0.0.1", port));
        co_await held.back().write("hello\n");
        (void)co_await held.back().read_line();
        waiting.push_back(rota::create_task(wait, std::ref(held.back())));
        if (i == 0) before = resident_kib();  // the first one brings what all share
    }
    co_await rota::sleep(std::chrono::seconds(1));
    say("bytes " + std::to_string((resident_kib() - before) * 1024 / count));
    auto until_told = [] { (void)std::getchar(); };
    co_await rota::to_thread(until_told);
}

coro<> run(std::string what, options given) {
    if (what == "serve") co_await serve(given);
    if (what == "ask") co_await ask(given);
    if (what == "hold") co_await hold(given);
}

}  // namespace

int main(int count, char** arguments) {
    options given;
    for (int i = 2; i < count; ++i) {
        std::string const argument = arguments[i];
        auto const equals = argument.find('=');
        given[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
    rota::run(run(count > 1 ? arguments[1] : "", given));
}
