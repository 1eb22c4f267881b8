// Load for HTTP, cheap enough to share a machine with what it measures: sends requests that were
// made beforehand over many connections that stay, one at a time on each, and is the web server
// that is called back. A message is known by the serial number in its text.
//
//   http_load --connect PORT --request FILE --count N [--connections N] [--rate PER_SECOND]
//             [--lines] [--sink PORT --marker TEXT [--mute]] [--every S] [--idle-timeout S]
//
// "{n}" in FILE stands for the serial number, nine digits, which follow `marker` in what comes
// back. With --lines, FILE is one line and so is each answer (smsc_sim's control port). --mute: the
// web server never answers. All addresses are 127.0.0.1. Ends when all that was asked for has come,
// or nothing comes for the idle timeout; success means that nothing is missing. The last line is
// key=value; before it, with --every, one line for each so many seconds.
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t digits = 9;
constexpr std::string_view placeholder = "{n}";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

volatile std::sig_atomic_t told_to_stop = 0;

struct settings {
  std::uint16_t connect{}, sink{};
  std::string request, marker;
  std::size_t count{}, connections{64};
  double rate{};
  int every{}, idle_timeout{60};
  bool lines{false}, mute{false};
};

/// Times in microseconds, of all and of the interval that is printed next.
struct times {
  std::vector<std::uint32_t> all;
  std::size_t reported{0};

  void add(clock_type::duration took) {
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(took);
    all.push_back(static_cast<std::uint32_t>(whole.count()));
  }
};

std::uint32_t percentile(std::vector<std::uint32_t> values, double part) {
  if (values.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

/// Octets that came, until they are a whole request or response.
struct input {
  std::string octets;

  /// How long the first one is; 0: it is not complete.
  [[nodiscard]] std::size_t whole(bool lines) const {
    if (lines) return octets.find('\n') + 1;
    const auto head = octets.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    const auto length = octets.find("ontent-");  // Content-Length, or another one before it
    for (auto at = length; at < head; at = octets.find("ontent-", at + 1)) {
      if (::strncasecmp(octets.data() + at, "ontent-length:", 14) != 0) continue;
      const auto body = std::strtoull(octets.data() + at + 14, nullptr, 10);
      return octets.size() >= head + 4 + body ? head + 4 + body : 0;
    }
    return head + 4;
  }
};

struct connection {
  enum class role : std::uint8_t { listener, sender, caller };
  role is{};
  int socket{-1};
  input in;
  std::string out;       // of a sender: its request
  std::size_t serial{};  // of what it has sent; 0: none
  clock_type::time_point due;
};

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class load {
 public:
  explicit load(settings how);
  int run();

 private:
  void open_sink();
  void open_sender(connection& one);
  void accept_all();
  void send(connection& by, clock_type::time_point due);
  void send_due();
  void on_readable(connection& from);
  void on_response(connection& from, std::string_view text);
  void on_call(connection& from, std::string_view text);
  void ended(connection& one);
  void watch(connection& one);
  [[nodiscard]] bool all_called() const;
  [[nodiscard]] bool complete() const;
  [[nodiscard]] int pause() const;
  [[nodiscard]] clock_type::time_point due_of(std::size_t serial) const;
  void progress(clock_type::time_point now);
  void report() const;

  settings how_;
  int poll_;
  std::string request_;
  std::vector<std::size_t> places_;  // of the serial number in the request
  std::vector<std::unique_ptr<connection>> all_;
  std::vector<connection*> free_;
  std::vector<clock_type::time_point> due_;  // by serial number, which begins with 1
  std::vector<bool> called_;
  clock_type::time_point began_, last_;
  std::size_t sent_{0}, accepted_{0}, refused_{0}, calls_{0}, repeats_{0}, calls_lost_{0};
  std::size_t callers_{0}, reconnects_{0};
  std::size_t seconds_reported_{0};
  times answers_, calls_took_;
};

load::load(settings how) : how_(std::move(how)), poll_(::epoll_create1(0)) {
  due_.resize(how_.count + 1);
  called_.resize(how_.count + 1);
  std::ifstream file(how_.request, std::ios::binary);
  if (how_.connect != 0 && !file) throw std::runtime_error("cannot read " + how_.request);
  request_.assign(std::istreambuf_iterator<char>(file), {});
  for (auto at = request_.find(placeholder); at != std::string::npos;
       at = request_.find(placeholder, at)) {
    places_.push_back(at);
    request_.replace(at, placeholder.size(), digits, '0');
  }
}

void load::watch(connection& one) {
  epoll_event what{};
  what.events = EPOLLIN;
  what.data.ptr = &one;
  if (::epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &what) != 0) fail("epoll");
}

void load::open_sink() {
  auto& listener = *all_.emplace_back(std::make_unique<connection>());
  listener.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(listener.socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto address = loopback(how_.sink);
  if (::bind(listener.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.socket, SOMAXCONN) != 0) {
    fail("listen");
  }
  watch(listener);
}

void load::accept_all() {
  const auto& listener = *all_.front();
  for (;;) {
    const int taken = ::accept4(listener.socket, nullptr, nullptr, SOCK_NONBLOCK);
    if (taken < 0) return;
    const int yes = 1;
    ::setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto& caller = *all_.emplace_back(std::make_unique<connection>());
    caller.is = connection::role::caller;
    caller.socket = taken;
    ++callers_;
    watch(caller);
  }
}

void load::open_sender(connection& one) {
  one.is = connection::role::sender;
  one.in.octets.clear();
  one.socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto address = loopback(how_.connect);
  if (::connect(one.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  watch(one);
}

clock_type::time_point load::due_of(std::size_t serial) const {
  if (how_.rate <= 0) return clock_type::now();
  const std::chrono::duration<double> after(static_cast<double>(serial - 1) / how_.rate);
  return began_ + std::chrono::duration_cast<clock_type::duration>(after);
}

// Latency counts from the moment at which a message was due: a peer that falls behind looks slow.
void load::send_due() {
  while (sent_ < how_.count && !free_.empty() && told_to_stop == 0) {
    const auto due = due_of(sent_ + 1);
    if (how_.rate > 0 && due > clock_type::now()) return;
    connection& by = *free_.back();
    free_.pop_back();
    send(by, due);
  }
}

void load::send(connection& by, clock_type::time_point due) {
  by.serial = ++sent_;
  due_[by.serial] = due;
  if (by.out.empty()) by.out = request_;
  char number[digits + 1];
  std::snprintf(number, sizeof number, "%09zu", by.serial % 1'000'000'000);
  for (const auto place : places_)
    std::memcpy(by.out.data() + place, number, digits);
  const auto written = ::send(by.socket, by.out.data(), by.out.size(), MSG_NOSIGNAL);
  if (written != static_cast<ssize_t>(by.out.size())) ended(by);
}

void load::on_readable(connection& from) {
  char octets[16'384];
  const auto count = ::recv(from.socket, octets, sizeof octets, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return ended(from);
  from.in.octets.append(octets, static_cast<std::size_t>(count));
  last_ = clock_type::now();
  const bool caller = from.is == connection::role::caller;
  while (const auto length = from.in.whole(how_.lines && !caller)) {
    const auto text = std::string_view(from.in.octets).substr(0, length);
    if (caller) {
      on_call(from, text);
    } else {
      on_response(from, text);
    }
    if (from.socket < 0) return;
    from.in.octets.erase(0, length);
  }
}

void load::on_response(connection& from, std::string_view text) {
  if (from.serial == 0) return;
  const bool taken = how_.lines ? text.starts_with("ok") : text.substr(8, 2) == " 2";
  ++(taken ? accepted_ : refused_);
  if (!taken && refused_ <= 3) {
    std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(text.size()), text.data());
  }
  if (taken) answers_.add(last_ - due_[from.serial]);
  from.serial = 0;
  if (!how_.lines && text.find("onnection: close\r\n") != std::string_view::npos) {
    return ended(from);
  }
  free_.push_back(&from);
}

void load::on_call(connection& from, std::string_view text) {
  const auto place = text.find(how_.marker);
  const auto serial = place == std::string_view::npos
                          ? 0
                          : std::strtoull(text.data() + place + how_.marker.size(), nullptr, 10);
  if (how_.mute) return;
  if (serial == 0 || serial > how_.count) {
    ++calls_lost_;
  } else if (called_[serial]) {
    ++repeats_;
  } else {
    called_[serial] = true;
    ++calls_;
    calls_took_.add(last_ - due_[serial]);
  }
  if (::send(from.socket, ok.data(), ok.size(), MSG_NOSIGNAL) < 0) ended(from);
}

// A sender connects again; what it was waiting for counts as refused.
void load::ended(connection& one) {
  ::close(one.socket);
  one.socket = -1;
  if (one.is != connection::role::sender) return;
  if (one.serial != 0) ++refused_;
  one.serial = 0;
  ++reconnects_;
  open_sender(one);
  free_.push_back(&one);
}

bool load::all_called() const {
  return how_.sink == 0 || how_.mute || calls_ >= (how_.connect == 0 ? how_.count : accepted_);
}

bool load::complete() const {
  if (told_to_stop != 0) return true;
  if (how_.mute) return false;
  return (how_.connect == 0 || accepted_ + refused_ == how_.count) && all_called();
}

int load::pause() const {
  if (how_.rate <= 0 || sent_ >= how_.count || free_.empty()) return 100;
  const auto left = due_of(sent_ + 1) - clock_type::now();
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(pause, 0, 100));
}

void load::progress(clock_type::time_point now) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(now - began_);
  const auto second = static_cast<std::size_t>(whole.count());
  const auto every = static_cast<std::size_t>(how_.every > 0 ? how_.every : 5);
  if (second < seconds_reported_ + every) return;
  seconds_reported_ = second;
  const auto since = [](times& of) {
    std::vector<std::uint32_t> part(of.all.begin() + static_cast<std::ptrdiff_t>(of.reported),
                                    of.all.end());
    of.reported = of.all.size();
    return part;
  };
  const auto answers = since(answers_), calls = since(calls_took_);
  std::fprintf(how_.every > 0 ? stdout : stderr,
               "t=%zu sent=%zu accepted=%zu refused=%zu webhooks=%zu answer_p99_us=%u "
               "webhook_p99_us=%u\n",
               second, sent_, accepted_, refused_, calls_, percentile(answers, 0.99),
               percentile(calls, 0.99));
  std::fflush(stdout);
}

void load::report() const {
  const std::chrono::duration<double> took = last_ - began_;
  const auto done = how_.sink != 0 && !how_.mute ? calls_ : accepted_;
  std::printf("sent=%zu accepted=%zu refused=%zu webhooks=%zu repeated=%zu unknown=%zu ", sent_,
              accepted_, refused_, calls_, repeats_, calls_lost_);
  std::printf("webhook_connections=%zu reconnects=%zu seconds=%.3f per_second=%.0f ", callers_,
              reconnects_, took.count(), static_cast<double>(done) / std::max(took.count(), 1e-3));
  const auto print = [](const char* name, const times& of, const char* end) {
    std::printf("%s_p50_us=%u %s_p99_us=%u %s_p999_us=%u%s", name, percentile(of.all, 0.5), name,
                percentile(of.all, 0.99), name, percentile(of.all, 0.999), end);
  };
  print("answer", answers_, " ");
  print("webhook", calls_took_, "\n");
}

int load::run() {
  answers_.all.reserve(how_.count);
  calls_took_.all.reserve(how_.count);
  if (how_.sink != 0) open_sink();
  if (how_.connect != 0) {
    for (std::size_t i = 0; i < how_.connections; ++i) {
      free_.push_back(all_.emplace_back(std::make_unique<connection>()).get());
      open_sender(*free_.back());
    }
  }
  std::printf("ready\n");
  std::fflush(stdout);
  began_ = last_ = clock_type::now();
  std::vector<epoll_event> events(512);
  while (!complete()) {
    send_due();
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), pause());
    for (int i = 0; i < count; ++i) {
      auto& one = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (one.is == connection::role::listener) {
        accept_all();
      } else if (one.socket >= 0) {
        on_readable(one);
      }
    }
    const auto now = clock_type::now();
    progress(now);
    if (!how_.mute && now - last_ > std::chrono::seconds(how_.idle_timeout)) break;
  }
  report();
  return (how_.connect == 0 || accepted_ == sent_) && all_called() ? 0 : 1;
}

settings read(int argc, char** argv) {
  static const option names[] = {{"connect", required_argument, nullptr, 'p'},
                                 {"request", required_argument, nullptr, 'f'},
                                 {"count", required_argument, nullptr, 'n'},
                                 {"connections", required_argument, nullptr, 'c'},
                                 {"rate", required_argument, nullptr, 'r'},
                                 {"lines", no_argument, nullptr, 'l'},
                                 {"sink", required_argument, nullptr, 's'},
                                 {"marker", required_argument, nullptr, 'm'},
                                 {"mute", no_argument, nullptr, 'u'},
                                 {"every", required_argument, nullptr, 'e'},
                                 {"idle-timeout", required_argument, nullptr, 'i'},
                                 {nullptr, 0, nullptr, 0}};
  settings how;
  for (int each{}; (each = ::getopt_long(argc, argv, "", names, nullptr)) != -1;) {
    switch (each) {
      case 'p': how.connect = static_cast<std::uint16_t>(std::atoi(optarg)); break;
      case 's': how.sink = static_cast<std::uint16_t>(std::atoi(optarg)); break;
      case 'f': how.request = optarg; break;
      case 'm': how.marker = optarg; break;
      case 'n': how.count = std::strtoull(optarg, nullptr, 10); break;
      case 'c': how.connections = std::strtoull(optarg, nullptr, 10); break;
      case 'r': how.rate = std::atof(optarg); break;
      case 'e': how.every = std::atoi(optarg); break;
      case 'i': how.idle_timeout = std::atoi(optarg); break;
      case 'l': how.lines = true; break;
      case 'u': how.mute = true; break;
      default: throw std::runtime_error("see the head of http_load.cpp");
    }
  }
  return how;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGTERM, [](int) { told_to_stop = 1; });
  try {
    return load(read(argc, argv)).run();
  } catch (const std::exception& mistake) {
    std::fprintf(stderr, "http_load: %s\n", mistake.what());
    return 2;
  }
}
