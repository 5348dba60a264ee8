// What leaves the shared library: everything else in it is hidden.
#pragma once

#if defined(ROTA_STATIC)
#define ROTA_API
#else
#define ROTA_API __attribute__((visibility("default")))
#endif

// The hot thread-local blocks: without initial-exec a shared library pays a call for every access.
#define ROTA_HOT_TLS __attribute__((tls_model("initial-exec")))
