// smsc_sim: a carrier to try smppd, or any other ESME, against.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>

#include "control.hpp"
#include "settings.hpp"
#include "simulator.hpp"

namespace {

namespace asio = boost::asio;

int run(const settings& how) {
  asio::io_context loop(1);
  simulator carrier(loop, how);
  std::optional<control> commands;
  // In a turn of its own, so that `quit` is answered first.
  const auto quit = [&loop] { asio::post(loop, [&loop] { loop.stop(); }); };
  if (how.control) commands.emplace(loop, *how.control, carrier, quit);

  asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
  asio::steady_timer end(loop);
  if (how.quit_after.count() > 0) {
    end.expires_after(how.quit_after);
    end.async_wait([&](boost::system::error_code) { loop.stop(); });
  }

  std::printf("listening on %s:%u\n", how.listen.host.c_str(), unsigned{carrier.port()});
  if (commands) {
    std::printf("control on %s:%u\n", how.control->host.c_str(), unsigned{commands->port()});
    commands->start();
  }
  std::fflush(stdout);
  carrier.start();
  loop.run();
  if (how.count) std::printf("%s\n", carrier.figures().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto how = parse_settings(argc, argv);
    return how ? run(*how) : 0;
  } catch (const std::exception& mistake) {
    std::fprintf(stderr, "smsc_sim: %s\n", mistake.what());
    return 1;
  }
}
