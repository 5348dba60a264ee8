// TLS without input and output: ciphertext goes in and out by two blocks of memory.
#pragma once

#include "byte_block.hpp"
#include "io/read_buffer.hpp"
#include "openssl.hpp"
#include "ssl_context_state.hpp"

#include <rota/tls/errors.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace rota::inline v0::detail {

enum class tls_status : std::uint8_t {
    done,
    wants_input,   // more ciphertext has to come
    wants_output,  // what is in `out` has to go first
    ended,         // the peer's close_notify has come
    failed,        // see `failure`
};

/// One session. Must stay where it is.
class tls_engine {
public:
    /// `port`: of the server, to tell sessions apart. Throws `usage_error` where a name is to be checked and there is none.
    tls_engine(std::shared_ptr<ssl_context_state> context, std::string server_hostname, std::uint16_t port);
    tls_engine(tls_engine const&) = delete;
    tls_engine& operator=(tls_engine const&) = delete;

    tls_status handshake() noexcept;
    /// `count` is how many bytes were read or taken.
    tls_status read(void* into, std::size_t room, std::size_t& count) noexcept;
    tls_status write(void const* from, std::size_t size, std::size_t& count) noexcept;
    /// Puts close_notify out.
    tls_status say_goodbye() noexcept;

    /// Whether it can still be ended in order: no error has put an end to it.
    bool healthy() const noexcept { return !failed_; }
    bool said_goodbye() const noexcept { return (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0; }
    bool heard_goodbye() const noexcept { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    /// The error that `failed` stood for.
    std::exception_ptr failure(char const* operation, std::string object) const;

    SSL* native() const noexcept { return ssl_.get(); }

    /// Ciphertext that has come and that is to go; whether the end of the first has come.
    read_buffer in;
    byte_block out;
    bool in_ended = false;

    /// The longest piece that becomes one record.
    static constexpr std::size_t largest_record = 16384;

    // What OpenSSL calls.
    static int note_verification(int good, X509_STORE_CTX* store);
    static int keep_session(SSL* ssl, SSL_SESSION* session);

private:
    enum class failure_kind : std::uint8_t { protocol, certificate, eof, no_memory };

    tls_status conclude(int returned) noexcept;
    void fail() noexcept;
    void ask_for(std::string const& hostname);
    void note_bad(X509_STORE_CTX* store);

    static BIO_METHOD const* method();
    static int put_out(BIO* bio, char const* data, int size);
    static int take_in(BIO* bio, char* into, int size);
    static long control(BIO* bio, int command, long, void*);

    /// `out` takes no more while it holds so much: a peer that asks for answers and reads none must not fill the memory.
    static constexpr std::size_t most_out = std::size_t{64} * 1024;

    std::shared_ptr<ssl_context_state> context_;
    ssl_owner ssl_;
    std::string hostname_;
    std::string session_key_;  // empty where sessions are not kept

    bool greeted_ = false;  // the handshake is done
    bool failed_ = false;
    bool no_memory_ = false;
    failure_kind kind_ = failure_kind::protocol;
    std::string reason_;
    std::unique_ptr<ssl_cert_verification_error::finding> bad_certificate_;
};

}  // namespace rota::inline v0::detail
