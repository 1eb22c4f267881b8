#include "daemon/observe/log.hpp"

#include "tests/support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace smppd {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Log : public testing::Test {
 protected:
  ~Log() override {
    ::unsetenv("JOURNAL_STREAM");
    log::set_up({});
  }
  void log_to_file(const std::string& level) { log::set_up({level, path_, false}); }

  tests::temporary_directory folder_;
  const std::string path_ = folder_.file("smppd.log");
};

TEST_F(Log, ALineHasTimeAndLevelAndText) {
  log_to_file("info");
  log::info("{} is {}", "ideal", 7);
  std::string line = content(path_);
  for (char& c : line) {
    if (c >= '0' && c <= '9') c = '9';
  }
  EXPECT_EQ(line, "9999-99-99T99:99:99.999Z info ideal is 9\n");
}

TEST_F(Log, OnlyWhatIsWantedIsFormatted) {
  log_to_file("warning");
  log::info("quiet");
  log::warning("loud");
  log::error("louder");
  EXPECT_FALSE(log::enabled(log::level::info));
  EXPECT_TRUE(log::enabled(log::level::warning));
  EXPECT_EQ(content(path_).find("quiet"), std::string::npos);
  EXPECT_NE(content(path_).find("warning loud\n"), std::string::npos) << content(path_);
  EXPECT_NE(content(path_).find("error louder\n"), std::string::npos) << content(path_);
}

TEST_F(Log, WhatAPeerSentStaysInItsLine) {
  log_to_file("info");
  log::info("system_id {}", "a\nERROR b\x1b[1m\x7f");
  log::write(log::level::info, "{} is no format");
  EXPECT_NE(content(path_).find("info system_id a\\x0aERROR b\\x1b[1m\\x7f\n"), std::string::npos)
      << content(path_);
  EXPECT_NE(content(path_).find("info {} is no format\n"), std::string::npos) << content(path_);
}

TEST_F(Log, GoesOnInANewFileAfterTheOldOneWasRenamed) {
  log_to_file("info");
  log::info("before");
  const auto old = folder_.file("smppd.log.1");
  std::filesystem::rename(path_, old);
  log::info("between");
  log::reopen();
  log::info("after");
  EXPECT_NE(content(old).find("between"), std::string::npos) << content(old);
  EXPECT_EQ(content(old).find("after"), std::string::npos) << content(old);
  EXPECT_NE(content(path_).find("after"), std::string::npos) << content(path_);
}

TEST_F(Log, StaysWhereItIsWhenTheNewFileCannotBeOpened) {
  log_to_file("info");
  EXPECT_THROW(log::set_up({"info", folder_.path().string(), false}), std::runtime_error);
  log::info("still here");
  EXPECT_NE(content(path_).find("still here"), std::string::npos) << content(path_);
}

TEST_F(Log, TheJournalGetsPrioritiesInsteadOfTimes) {
  testing::internal::CaptureStderr();
  struct stat stream {};
  ASSERT_EQ(::fstat(STDERR_FILENO, &stream), 0);
  ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", stream.st_dev, stream.st_ino).c_str(), 1);
  log::set_up({"trace", {}, false});
  log::error("one");
  log::warning("two");
  log::info("three");
  log::debug("four");
  log::trace("five");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<3>one\n<4>two\n<6>three\n<7>four\n<7>five\n");
}

// Somebody started it in a service, and sends its standard error elsewhere.
TEST_F(Log, AnotherStreamThanTheJournalsHasTimes) {
  ::setenv("JOURNAL_STREAM", "8:1", 1);
  log::set_up({"trace", {}, false});
  testing::internal::CaptureStderr();
  log::info("one");
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.ends_with("Z info one\n")) << line;
}

TEST_F(Log, StepsOfMessagesAreDebugWhereTheyAreNotWanted) {
  log::set_up({"info", {}, true});
  EXPECT_EQ(log::message_level(), log::level::info);
  log::set_up({"info", {}, false});
  EXPECT_EQ(log::message_level(), log::level::debug);
}

}  // namespace
}  // namespace smppd
