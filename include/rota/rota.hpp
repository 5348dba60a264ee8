// All of Rota but HTTP, which is <rota/http.hpp>.
#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/error.hpp>
#include <rota/core/adapt.hpp>
#include <rota/core/call_stack.hpp>
#include <rota/core/callback_handle.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/deadlock_error.hpp>
#include <rota/core/debug.hpp>
#include <rota/core/errors.hpp>
#include <rota/core/future.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/result.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_cleanup.hpp>
#include <rota/core/with_shield.hpp>
