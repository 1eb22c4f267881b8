// One session over loopback TCP, an ESME and an SMSC on a thread each, at several windows; beside
// it the same octets in the same windows without SMPP, in the same run.
//
//   loopback_bench [SECONDS]    of each measurement, 1; of three the best counts
//
// Prints round trips per second, their ratio, and what the two sessions allocate for each. The last
// line is key=value.
#include "smpp/net/session.hpp"
#include "tests/bench/allocation_count.hpp"
#include "tests/bench/typical_submit.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using clock_type = std::chrono::steady_clock;

smpp::submit_sm_resp typical_response() {
  smpp::submit_sm_resp pdu;
  pdu.message_id = "0123456789ABCDEF";
  return pdu;
}

/// Two ends of a connection, each on a loop of its own.
struct ends {
  asio::io_context loop_of_esme{1}, loop_of_smsc{1};
  tcp::socket esme{loop_of_esme}, smsc{loop_of_smsc};

  ends() {
    tcp::acceptor acceptor(loop_of_smsc, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    esme.connect(acceptor.local_endpoint());
    acceptor.accept(smsc);
    esme.set_option(tcp::no_delay(true));
    smsc.set_option(tcp::no_delay(true));
  }
};

struct outcome {
  double round_trips_per_second{};
  double allocations_each{};
};

outcome since(clock_type::time_point begin, std::int64_t round_trips, std::int64_t allocations) {
  const std::chrono::duration<double> wall = clock_type::now() - begin;
  const auto count = static_cast<double>(round_trips);
  return {count / wall.count(), count > 0 ? static_cast<double>(allocations) / count : 0};
}

// SMPP.

class answering final : public smpp::net::session_handler {
 public:
  void on_event(smpp::net::session& from, smpp::event& what) override {
    const auto* request = std::get_if<smpp::request_received>(&what);
    if (request == nullptr) return;
    if (request->head.id == smpp::command_id::submit_sm) {
      std::ignore = from.reply(request->head.sequence, response_);
    } else {
      from.accept_bind(request->head.sequence);
    }
  }
  void on_closed(smpp::net::session&, const smpp::closed&) override {}

 private:
  smpp::submit_sm_resp response_ = typical_response();
};

class asking final : public smpp::net::session_handler {
 public:
  asking(std::uint32_t window, clock_type::duration time)
      : warm_after_(100 + 10 * std::int64_t{window}), time_(time) {}

  void on_event(smpp::net::session& from, smpp::event& what) override {
    responses_ += std::holds_alternative<smpp::response_received>(what) ? 1 : 0;
    if (responses_ == warm_after_ && begin_ == clock_type::time_point()) {
      begin_ = clock_type::now();
      allocations_ = bench::allocation_count();
    }
    if (begin_ != clock_type::time_point() && clock_type::now() - begin_ >= time_) {
      if (!over_) result = since(begin_, responses_ - warm_after_, allocations_.so_far());
      over_ = true;
      return from.close();
    }
    while (from.can_send() && from.send(request_)) {
    }
  }
  void on_closed(smpp::net::session&, const smpp::closed&) override {}

  outcome result;

 private:
  smpp::submit_sm request_ = typical_submit();
  std::int64_t warm_after_, responses_{0};
  clock_type::duration time_;
  clock_type::time_point begin_;
  bench::allocation_count allocations_;
  bool over_{false};
};

outcome run_sessions(std::uint32_t window, clock_type::duration time) {
  ends connected;
  smpp::session_options options;
  options.window_max = window;
  asking asks(window, time);
  const auto esme = std::make_shared<smpp::net::session>(std::move(connected.esme), options, asks);
  options.role = smpp::role::smsc;
  answering answers;
  const auto smsc =
      std::make_shared<smpp::net::session>(std::move(connected.smsc), options, answers);
  smsc->start();
  esme->start();
  std::ignore = esme->send(smpp::bind_transceiver{});
  std::thread other([&] { connected.loop_of_smsc.run(); });
  connected.loop_of_esme.run();
  other.join();
  return asks.result;
}

// The same without SMPP: whoever has read some whole requests writes as many responses.

/// Reads until the end; `take` is told how many whole pieces came each time.
template <class Take>
void read_pieces(tcp::socket& from, std::size_t piece_octets, Take take) {
  std::vector<char> buffer(64 * 1024);
  std::size_t waiting = 0;
  boost::system::error_code ended;
  while (!ended) {
    waiting += from.read_some(asio::buffer(buffer), ended);
    const auto pieces = waiting / piece_octets;
    waiting %= piece_octets;
    if (pieces > 0 && !take(pieces)) return;
  }
}

outcome run_raw(std::uint32_t window, clock_type::duration time) {
  smpp::byte_buffer octets;
  smpp::encode(octets, typical_submit(), 1).value();
  const auto request_octets = octets.size();
  octets.clear();
  smpp::encode(octets, typical_response(), 1).value();
  const auto response_octets = octets.size();
  const std::vector<char> requests(request_octets * window), responses(response_octets * window);
  ends connected;
  std::thread other([&] {
    read_pieces(connected.smsc, request_octets, [&](std::size_t count) {
      asio::write(connected.smsc, asio::buffer(responses, count * response_octets));
      return true;
    });
  });
  std::int64_t round_trips = 0;
  const auto begin = clock_type::now();
  asio::write(connected.esme, asio::buffer(requests));
  read_pieces(connected.esme, response_octets, [&](std::size_t count) {
    round_trips += static_cast<std::int64_t>(count);
    if (clock_type::now() - begin >= time) return false;
    asio::write(connected.esme, asio::buffer(requests, count * request_octets));
    return true;
  });
  const auto result = since(begin, round_trips, 0);
  connected.esme.shutdown(tcp::socket::shutdown_send);
  other.join();
  return result;
}

/// Other programs slow a measurement down and never speed it up.
template <class Run>
outcome best_of_three(Run run) {
  outcome best;
  for (int i = 0; i < 3; ++i) {
    const outcome one = run();
    if (one.round_trips_per_second > best.round_trips_per_second) best = one;
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  double seconds = 1;
  const std::string_view word = count > 1 ? arguments[1] : "1";
  const auto read = std::from_chars(word.data(), word.data() + word.size(), seconds);
  if (count > 2 || read.ec != std::errc() || seconds <= 0) {
    std::fprintf(stderr, "loopback_bench [SECONDS]\n");
    return EXIT_FAILURE;
  }
  const auto time =
      std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(seconds));
  std::string line;
  std::printf("window  round trips/s        raw/s  ratio  allocations each\n");
  for (const std::uint32_t window : {1U, 10U, 64U, 1000U}) {
    const auto raw = best_of_three([&] { return run_raw(window, time); });
    const auto smpp = best_of_three([&] { return run_sessions(window, time); });
    const auto ratio = smpp.round_trips_per_second / raw.round_trips_per_second;
    std::printf("%6u  %13.0f  %11.0f  %5.2f  %16.5f\n", window, smpp.round_trips_per_second,
                raw.round_trips_per_second, ratio, smpp.allocations_each);
    const auto name = "window_" + std::to_string(window);
    const auto add = [&](const char* what, double figure) {
      line += (line.empty() ? "" : " ") + name + what + "=" + std::to_string(figure);
    };
    add("_per_s", smpp.round_trips_per_second);
    add("_raw_per_s", raw.round_trips_per_second);
    add("_ratio", ratio);
    add("_allocations", smpp.allocations_each);
  }
  std::printf("%s\n", line.c_str());
}
