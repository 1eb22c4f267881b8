// systemd's end of the notification socket is played here.
#include "daemon/observe/notify.hpp"

#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace smppd {
namespace {

class Notify : public testing::Test {
 protected:
  Notify() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = folder_.file("notify");
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Notify() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  std::string received() const {
    std::array<char, 256> text{};
    const auto octets = ::recv(socket_, text.data(), text.size(), 0);
    return octets < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(octets));
  }

  tests::temporary_directory folder_;
  int socket_;
};

TEST_F(Notify, TellsWhatHappens) {
  notify::ready("serving");
  EXPECT_EQ(received(), "READY=1\nSTATUS=serving");
  notify::status("2 carriers bound");
  EXPECT_EQ(received(), "STATUS=2 carriers bound");
  notify::watchdog();
  EXPECT_EQ(received(), "WATCHDOG=1");
  notify::reloading();
  EXPECT_EQ(received().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
  notify::stopping("draining");
  EXPECT_EQ(received(), "STOPPING=1\nSTATUS=draining");
}

TEST_F(Notify, ReportsTwiceAsOftenAsTheWatchdogAsks) {
  EXPECT_FALSE(notify::watchdog_period().has_value());
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(notify::watchdog_period(), std::chrono::seconds{15});
}

TEST_F(Notify, DoesNothingWithoutSystemd) {
  ::unsetenv("NOTIFY_SOCKET");
  notify::ready("serving");
  EXPECT_EQ(received(), "nothing");
}

}  // namespace
}  // namespace smppd
