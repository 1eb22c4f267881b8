#include "daemon/status_report.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace smppd {
namespace {

TEST(StatusReport, ObjectsAreLinesAndListsAreTables) {
  const auto status = boost::json::parse(
      R"({"version": "0.1.0", "ready": true, "uptime_s": 5, "trouble": null, "tags": ["a", "b"],
          "carriers": [{"name": "ideal", "bound": 2}, {"name": "x", "bound": 0, "why": "refused"}],
          "store": {"healthy": true, "wal_bytes": 4096}, "nobody": []})");
  EXPECT_EQ(render_status(status),
            "version   0.1.0\n"
            "ready     yes\n"
            "uptime_s  5\n"
            "trouble   -\n"
            "tags      a, b\n"
            "nobody    -\n"
            "\n"
            "carriers\n"
            "name   bound  why\n"
            "ideal  2      -\n"
            "x      0      refused\n"
            "\n"
            "store\n"
            "healthy    yes\n"
            "wal_bytes  4096\n");
}

TEST(StatusReport, ADaemonThatDoesNotAnswerIsExplained) {
  config configuration;
  configuration.admin.listen = {"127.0.0.1", 0};  // nobody listens on port 0
  std::ostringstream out, err;
  EXPECT_EQ(print_status(configuration, out, err), 1);
  EXPECT_EQ(out.str(), "");
  EXPECT_NE(err.str().find("http://127.0.0.1:0/status does not answer: "), std::string::npos)
      << err.str();
}

TEST(StatusReport, ADaemonWithoutAdminListenerCannotBeAsked) {
  config configuration;
  configuration.admin.enabled = false;
  std::ostringstream out, err;
  EXPECT_EQ(print_status(configuration, out, err), 1);
  EXPECT_NE(err.str().find("[admin] is not enabled"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace smppd
