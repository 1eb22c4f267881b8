#include "daemon/webhook/answer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace smppd::webhook {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t body_max = 8;

/// What became of octets that came in two pieces.
struct outcome {
  answer got;
  bool complete{false}, keeps{false}, failed{false};
  std::size_t left{0};  // octets behind the answer
};

outcome read(std::string_view octets, std::size_t split, bool then_end = false) {
  outcome made;
  answer_reader reader(body_max);
  boost::system::error_code error;
  std::string unread;
  for (const auto piece : {octets.substr(0, split), octets.substr(split)}) {
    unread += piece;
    unread.erase(0, reader.read(unread, error));
    if (error) break;
  }
  if (!error && then_end) reader.read_end(error);
  made.failed = static_cast<bool>(error);
  made.complete = !error && reader.complete();
  made.left = unread.size();
  if (!made.complete) return made;
  made.keeps = reader.keeps_connection();
  made.got = reader.take();
  return made;
}

struct sample {
  const char* name;
  std::string octets;
  unsigned status;
  std::string body;
  bool keeps;
};

const std::vector<sample> samples{
    {"empty", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", true},
    {"no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, "", true},
    {"long", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n0123456789ab", 200, "01234567", true},
    {"chunked",
     "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n7;x=y\r\ndefghij\r\n0\r\nX-Trailer: 1\r\n\r\n",
     500, "abcdefgh", true},
    {"interim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
     "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
     201, "x", true},
    {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 200, "", false},
    {"old", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false},
    {"old, kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", 200,
     "x", true},
    {"another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101, "", false},
};

TEST(WebhookAnswer, IsTheSameHoweverItsOctetsCome) {
  for (const sample& each : samples) {
    for (std::size_t split = 0; split <= each.octets.size(); ++split) {
      const auto made = read(each.octets, split);
      ASSERT_TRUE(made.complete) << each.name << " at " << split;
      EXPECT_EQ(made.got.status, each.status) << each.name;
      EXPECT_EQ(made.got.body, each.body) << each.name;
      EXPECT_EQ(made.keeps, each.keeps) << each.name;
      EXPECT_EQ(made.left, 0U) << each.name;
    }
  }
}

TEST(WebhookAnswer, IsNotCompleteBeforeItsLastOctet) {
  for (const sample& each : samples) {
    for (std::size_t length = 0; length < each.octets.size(); ++length) {
      const auto made = read(each.octets.substr(0, length), 0);
      EXPECT_FALSE(made.complete || made.failed) << each.name << " at " << length;
      EXPECT_TRUE(read(each.octets.substr(0, length), 0, true).failed) << each.name;
    }
  }
}

TEST(WebhookAnswer, WithoutALengthEndsWithTheConnection) {
  for (const std::string octets : {"HTTP/1.0 200 OK\r\n\r\nall", "HTTP/1.1 200 OK\r\n\r\nall"}) {
    EXPECT_FALSE(read(octets, 0).complete);
    const auto made = read(octets, 0, true);
    EXPECT_TRUE(made.complete);
    EXPECT_EQ(made.got.body, "all");
    EXPECT_FALSE(made.keeps);
  }
}

TEST(WebhookAnswer, LeavesWhatFollows) {
  const auto made = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 \r\n", 0);
  EXPECT_EQ(made.got.status, 200U);
  EXPECT_EQ(made.left, 15U);
}

TEST(WebhookAnswer, IsRefusedWhereItIsNotHttp) {
  for (const std::string octets :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "\r\n\r\n\r\n\r\n\r\n"}) {
    EXPECT_TRUE(read(octets, 0).failed) << octets;
  }
}

TEST(WebhookAnswer, HasAHeaderOfLimitedLength) {
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'), 0).failed);
}

TEST(WebhookAnswer, TellsWhenToTryAgain) {
  answer_reader reader(body_max);
  boost::system::error_code error;
  reader.read("HTTP/1.1 503 \r\nretry-after:  120 \r\nContent-Length: 0\r\n\r\n", error);
  EXPECT_EQ(reader.take().retry_after, "120");
  reader.read("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", error);
  EXPECT_EQ(reader.take().retry_after, "");
}

TEST(WebhookRetryAfter, IsANumberOfSecondsOrADate) {
  const store::wall_time now{std::chrono::seconds{784'887'151}};  // 15 Nov 1994, 08:12:31
  EXPECT_EQ(retry_after_of("120", now), 120s);
  EXPECT_EQ(retry_after_of("99999999999999999999", now), 24h);
  EXPECT_EQ(retry_after_of("Tue, 15 Nov 1994 08:14:31 GMT", now), 120s);
  EXPECT_EQ(retry_after_of("Tuesday, 15-Nov-94 08:14:31 GMT", now), 120s);
  EXPECT_EQ(retry_after_of("Fri, 31 Dec 2100 23:59:59 GMT", now), 24h);
  for (const char* const text : {"", "0", "-5", "soon", "Tue, 15 Nov 1994 08:12:30 GMT"})
    EXPECT_EQ(retry_after_of(text, now), std::nullopt) << text;
}

}  // namespace
}  // namespace smppd::webhook
