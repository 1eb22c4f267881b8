// Commands for the simulated carrier over TCP, a line each; `help` lists them.
#pragma once

#include "smpp/net/listener.hpp"

#include <functional>

#include "simulator.hpp"

class control {
 public:
  /// `quit` is called on the command of that name.
  control(boost::asio::io_context& loop, const endpoint& where, simulator& carrier,
          std::function<void()> quit);
  control(const control&) = delete;
  control& operator=(const control&) = delete;

  void start() { listener_.start(); }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  /// What is answered to a line; may be several lines.
  [[nodiscard]] std::string obey(std::string_view line);

 private:
  [[nodiscard]] std::string inbound(std::string_view rest);
  [[nodiscard]] std::string tail() const;

  simulator& carrier_;
  std::function<void()> quit_;
  std::uint16_t reference_{0};
  smpp::net::listener listener_;
};
