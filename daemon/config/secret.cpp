#include "daemon/config/secret.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace smppd {
namespace {

std::filesystem::path place_of(const std::string& named, const std::filesystem::path& folder) {
  if (named.find('/') == std::string::npos) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in the daemon changes the environment.
    if (const char* credentials = std::getenv("CREDENTIALS_DIRECTORY")) {
      return std::filesystem::path(credentials) / named;
    }
  }
  return folder / named;  // `named` alone where it is absolute
}

shape::complaint unreadable(const std::filesystem::path& path) {
  return {.what = fmt::format(
              "\"{}\" cannot be read: {}; it must be readable by the user that smppd runs "
              "as (a name without a slash is a credential of the service, see "
              "LoadCredential= in systemd.exec(5))",
              path.string(), std::generic_category().message(errno))};
}

}  // namespace

shape::parsed<std::string> read_secret(const std::string& named,
                                       const std::filesystem::path& folder,
                                       std::size_t octets_max) {
  const auto path = place_of(named, folder);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string secret(octets_max + 3, '\0');  // the secret, a line end and one too many
  if (!file) return unreadable(path);
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (file.bad() || errno == EISDIR) return unreadable(path);
  secret.resize(static_cast<std::size_t>(file.gcount()));
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) {
    return shape::complaint{
        .what = fmt::format("\"{}\" is empty; put the secret into it", path.string())};
  }
  if (secret.size() > octets_max || secret.find('\n') != std::string::npos) {
    return shape::complaint{.what = fmt::format("\"{}\" holds more than one line of {} octets",
                                                path.string(), octets_max)};
  }
  return secret;
}

}  // namespace smppd
