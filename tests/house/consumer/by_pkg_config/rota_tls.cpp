#include <rota/tls/ssl_context.hpp>

int main() {
    auto const trusting = rota::create_default_ssl_context();
    (void)trusting;
}
