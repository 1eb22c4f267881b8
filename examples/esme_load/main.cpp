// esme_load: puts load on an SMSC, counts and measures what comes back.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <exception>

#include "load.hpp"
#include "settings.hpp"

namespace {

namespace asio = boost::asio;

// Success: every message was accepted, and every receipt that was asked for came.
int run(const settings& how) {
  asio::io_context loop(1);
  load generator(loop, how);
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) {
    generator.stop_sending();
    signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
  });
  generator.start();
  loop.run();
  const auto& result = generator.result();
  if (!generator.failure().empty())
    std::fprintf(stderr, "esme_load: %s\n", generator.failure().c_str());
  if (!how.quiet) std::printf("%s", result.report().c_str());
  std::printf("%s\n", result.line().c_str());
  return generator.failure().empty() && result.all_accepted() && result.all_receipts() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto how = parse_settings(argc, argv);
    return how ? run(*how) : 0;
  } catch (const std::exception& mistake) {
    std::fprintf(stderr, "esme_load: %s\n", mistake.what());
    return 2;
  }
}
