#include <rota/http/client_session.hpp>
#include <rota/http/url.hpp>
#include <rota/rota.hpp>

// A session reaches everything that the component is linked with.
rota::coro<bool> is_refused() {
    rota::http::client_session session;
    try {
        auto const answer = co_await session.get(rota::http::url::parse("https://user@localhost/"));
        co_return answer.head().status == 0;
    } catch (rota::http::url_error const&) {
        co_return true;
    }
}

int main() { return rota::run(is_refused()) ? 0 : 1; }
