// Who calls: the account that an API key belongs to.
#pragma once

#include "daemon/gateway/directory.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/problem.hpp"

#include <cstdint>

namespace smppd::http {

/// The account of the API key in `X-API-Key: key`, `Authorization: Bearer key` or `Authorization:
/// Basic base64(key_id:secret)`; else a problem with status 401.
[[nodiscard]] answer<std::int64_t> authenticate(const request& from, const directory& customers);

/// Answers a request of an account. The request outlives the coroutine.
using account_handler = asio::awaitable<response> (*)(const api& of, const request& from,
                                                      std::int64_t account);
/// `handle` for callers with an API key, 401 for all others. `of` outlives the handler.
[[nodiscard]] handler with_account(const api& of, account_handler handle);

}  // namespace smppd::http
