// The terminal that a command was typed at, and who typed it.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace smppd {

/// Where a command reads a password from and prints to.
struct terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

/// The next line of `console.in`. A person at a keyboard is asked for it and does not see it.
[[nodiscard]] std::string read_password(terminal console);

/// Root goes on as the owner of `folder`: files that root made there would be closed to the
/// daemon. Does nothing for others.
void become_owner_of(const std::filesystem::path& folder);

}  // namespace smppd
