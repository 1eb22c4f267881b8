// `smppd status`: asks the running daemon how it is, and prints the answer for people.
#pragma once

#include "daemon/config/config.hpp"

#include <boost/json/value.hpp>

#include <iosfwd>
#include <string>

namespace smppd {

/// Objects become lines of names and values, lists of objects become tables.
[[nodiscard]] std::string render_status(const boost::json::value& status);

/// GETs /status from the admin listener of the configuration and prints it. Returns the exit
/// status: 0, or 1 after saying on `err` what is wrong and what to do.
[[nodiscard]] int print_status(const config& configuration, std::ostream& out, std::ostream& err);

}  // namespace smppd
