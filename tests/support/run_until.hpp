// Runs a loop until something has happened.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>

namespace tests {

/// False: it did not happen within half a minute, far more than anything here takes.
template <class Condition>
[[nodiscard]] bool run_until(boost::asio::io_context& loop, Condition happened) {
  constexpr std::chrono::seconds patience{30};
  const auto guard =
      boost::asio::make_work_guard(loop);  // answers of other threads may be on their way
  loop.restart();
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (!happened()) {
    if (std::chrono::steady_clock::now() >= limit) return false;
    loop.run_one_for(std::chrono::milliseconds{50});
  }
  return true;
}

}  // namespace tests
