// How the text of receipts is written for a login whose software wants it otherwise.
#pragma once

#include "smpp/receipt.hpp"
#include "store/records.hpp"

#include <string>
#include <string_view>

namespace smppd {

inline constexpr std::size_t receipt_format_octets_max = 150;

/// The text of a receipt (SMPP 3.4, appendix B). `format` may be empty: the standard text. Else it
/// has placeholders, each at most once so that no field is cut off:
///
///     {id} {sub} {dlvrd} {stat} {err} {text}        as in the standard text
///     {submit_date} {done_date}                     YYMMDDhhmm, UTC
///     {submit_date:12} {done_date:12}               YYMMDDhhmmss, UTC
[[nodiscard]] std::string format_receipt(std::string_view format,
                                         const smpp::receipt_fields& fields);
/// What is wrong with a format, as a sentence without a full stop; empty: nothing.
[[nodiscard]] std::string mistake_in_receipt_format(std::string_view format);

/// What stands behind "err:". `errors` is a list such as "default=000,undeliverable=001,21b=017":
/// the carrier's own error is looked up first, then our reason, then "default". Where nothing is
/// found it is the carrier's own if that has up to three characters, else "000".
[[nodiscard]] std::string_view receipt_error(std::string_view errors, store::reason why,
                                             std::string_view carriers_own);
/// What is wrong with such a list, as a sentence without a full stop; empty: nothing.
[[nodiscard]] std::string mistake_in_receipt_errors(std::string_view errors);

}  // namespace smppd
