#include <rota/tls/server.hpp>

#include "ssl_context_state.hpp"

#include <rota/base/error.hpp>
#include <rota/core/exception_context.hpp>
#include <rota/core/loop.hpp>

#include <exception>
#include <utility>

namespace rota::inline v0::detail {
namespace {

class tls_handler final : public connection_handler {
public:
    tls_handler(std::unique_ptr<connection_handler> then, ssl_context const& context, tls_options tls)
        : then_(std::move(then)), context_(context), tls_(std::move(tls)) {}

    coro<> handle(stream connection) override {
        std::string const peer = connection.peer_name();
        std::exception_ptr error;
        try {
            co_await start_tls(connection, context_, tls_);
        } catch (cancelled_error const&) {
            throw;
        } catch (...) {
            error = std::current_exception();
        }
        if (error) {
            running_loop().call_exception_handler(
                exception_context("the TLS handshake of the connection from " + peer + " failed", error));
            co_return;
        }
        co_await then_->handle(std::move(connection));
    }

private:
    std::unique_ptr<connection_handler> then_;
    ssl_context context_;
    tls_options tls_;
};

}  // namespace

std::unique_ptr<connection_handler> make_tls_handler(std::unique_ptr<connection_handler> then,
                                                     ssl_context const& context, tls_options tls) {
    if (context.purpose() != ssl_purpose::client_auth)
        throw_usage_error("start_server: the context is a client's; make it for ssl_purpose::client_auth");
    if (!context.state()->has_certificate())
        throw_usage_error("start_server: the context has no certificate; load_cert_chain gives it one");
    return std::make_unique<tls_handler>(std::move(then), context, std::move(tls));
}

}  // namespace rota::inline v0::detail
