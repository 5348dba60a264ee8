// HTTP: with the library rota::http.
#pragma once

#include <rota/http/client_session.hpp>
#include <rota/http/errors.hpp>
#include <rota/http/headers.hpp>
#include <rota/http/response_parser.hpp>
#include <rota/http/url.hpp>
