// smppd: one binary, subcommands.
#include "daemon/administration.hpp"
#include "daemon/app.hpp"
#include "daemon/clock.hpp"
#include "daemon/command_line.hpp"
#include "daemon/config/load.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/status_report.hpp"
#include "daemon/tls_settings.hpp"

#include <sys/resource.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

// Read by jemalloc: what a peak needed goes back to the system also where nothing is allocated any
// more.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true";  // NOLINT: the name and type are jemalloc's
}

namespace smppd {
namespace {

std::optional<config> load_or_explain(const std::string& path) {
  auto loaded = load_config(path);
  for (const auto& problem : loaded.problems)
    std::cerr << to_string(problem) << '\n';
  return std::move(loaded.value);
}

// As many descriptors as the system allows; connections that are allowed for must not take those
// that carriers are reached with.
void raise_descriptor_limit(const config& settings) {
  constexpr std::size_t others = 200;  // the store, the log, carriers
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0) return;
  now.rlim_cur = now.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &now);
  const auto wanted = settings.smpp.connections_max + settings.http.connections_max +
                      2 * settings.webhook.connections_max +  // as many may wait for a request
                      others;
  if (now.rlim_cur < wanted) {
    log::warning(
        "{} file descriptors are allowed, and {} connections may need {}: raise "
        "LimitNOFILE= or lower connections_max",
        now.rlim_cur, wanted - others, wanted);
  }
}

int run(const run_command& wanted) {
  auto settings = load_or_explain(wanted.config_path);
  if (!settings) return EXIT_FAILURE;
  log::set_up(settings->log);
  raise_descriptor_limit(*settings);
  app daemon(std::move(*settings), wanted.config_path);
  return daemon.run();
}

// The files that the configuration names must be what it says: false, and it is said, where not.
bool check_tls_files(const config& settings, const std::string& path) {
  bool good = true;
  const auto attempt = [&](const std::string& table, auto step) {
    try {
      step();
    } catch (const std::runtime_error& mistake) {
      std::cerr << path << ": " << table << ": " << mistake.what() << '\n';
      good = false;
    }
  };
  if (!settings.smpp.tls_certificate.empty()) {
    attempt("smpp", [&] { smpp::net::tls_server server(tls_options_of(settings.smpp)); });
  }
  for (const auto& carrier : settings.carriers) {
    if (!carrier.tls) continue;
    attempt("carrier " + carrier.name,
            [&] { smpp::net::tls_client client(tls_options_of(carrier)); });
  }
  return good;
}

int check(const check_command& wanted) {
  const auto settings = load_or_explain(wanted.config_path);
  if (!settings || !check_tls_files(*settings, wanted.config_path)) return EXIT_FAILURE;
  std::cout << wanted.config_path << " is good: " << settings->carriers.size() << " carrier(s), "
            << settings->routes.size() << " route(s)\n";
  return EXIT_SUCCESS;
}

int status(const status_command& wanted) {
  const auto settings = load_or_explain(wanted.config_path);
  return settings ? print_status(*settings, std::cout, std::cerr) : EXIT_FAILURE;
}

int execute(const command& wanted) {
  const terminal console{std::cin, std::cout, std::cerr};
  if (const auto* given = std::get_if<run_command>(&wanted)) return run(*given);
  if (const auto* given = std::get_if<check_command>(&wanted)) return check(*given);
  if (const auto* given = std::get_if<status_command>(&wanted)) return status(*given);
  if (const auto* given = std::get_if<administration_command>(&wanted)) {
    return administer(*given, wall_now(), console);
  }
  if (const auto* given = std::get_if<help_command>(&wanted)) {
    std::cout << help_text(given->topic);
  } else {
    std::cout << "smppd " SMPPD_VERSION "\n";
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace smppd

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto wanted = smppd::parse_command_line(arguments);
    if (!wanted) {
      std::cerr << wanted.error().what << '\n';
      return smppd::exit_status_usage;
    }
    return smppd::execute(*wanted);
  } catch (const std::exception& failure) {
    std::cerr << "smppd: " << failure.what() << '\n';
    return EXIT_FAILURE;
  }
}
