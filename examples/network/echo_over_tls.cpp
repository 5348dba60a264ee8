// An echo server and a client over TLS. Certificate and key are read from a file, as a server's are; for a trial make one:
//     openssl req -x509 -noenc -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout own.pem -out own.pem
//     echo_over_tls own.pem
// The client trusts that certificate alone; without a file it would trust the system's roots.
#include <rota/rota.hpp>
#include <rota/tls.hpp>

#include <cstdio>
#include <string>

rota::coro<> echo(rota::stream peer) {
    while (auto line = co_await peer.next_line()) co_await peer.write(*line);
    co_await peer.close();
}

rota::coro<> async_main(std::string certificate) {
    auto of_server = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
    of_server.load_cert_chain(certificate);
    auto server = co_await rota::start_server(echo, "localhost", 0, of_server);

    auto of_client = rota::create_default_ssl_context(rota::ssl_purpose::server_auth, certificate);
    auto peer = co_await rota::open_connection("localhost", server.sockets()[0].port(), of_client);
    co_await peer.write("hello\n");
    auto const answer = co_await peer.read_line();
    auto const info = rota::tls_info(peer);
    std::printf("%s", answer.c_str());
    std::printf("over %s, with %s\n", info->cipher.c_str(), info->peer_certificate->subject.c_str());
    co_await peer.close();

    server.close();
    co_await server.wait_closed();
}

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: echo_over_tls CERTIFICATE\n", stderr);
        return 2;
    }
    rota::run(async_main(argv[1]));
}
