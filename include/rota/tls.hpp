// TLS: with the library rota::tls.
#pragma once

#include <rota/tls/errors.hpp>
#include <rota/tls/open_connection.hpp>
#include <rota/tls/server.hpp>
#include <rota/tls/ssl_context.hpp>
#include <rota/tls/start_tls.hpp>
#include <rota/tls/tls_info.hpp>
