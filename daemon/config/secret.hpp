// Secrets that stand in files of their own.
#pragma once

#include "daemon/config/shape.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace smppd {

/// The content of the file `named`, without the line end. A name without a slash is a systemd
/// credential (LoadCredential=) where the service has any; other relative names start at `folder`.
[[nodiscard]] shape::parsed<std::string> read_secret(const std::string& named,
                                                     const std::filesystem::path& folder,
                                                     std::size_t octets_max);

}  // namespace smppd
