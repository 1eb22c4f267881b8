#include "daemon/gateway/submit_status.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using smpp::command_status;

TEST(SubmitStatus, SaysWhatBecomesOfTheMessage) {
  EXPECT_EQ(classify(command_status::ok), submit_class::accepted);
  EXPECT_EQ(classify(command_status::throttled), submit_class::throttled);
  EXPECT_EQ(classify(command_status::msgqful), submit_class::throttled);
  EXPECT_EQ(classify(command_status::syserr), submit_class::temporary);
  EXPECT_EQ(classify(command_status::invbndsts), submit_class::temporary);
  EXPECT_EQ(classify(command_status::x_t_appn), submit_class::temporary);
  EXPECT_EQ(classify(command_status::invdstadr), submit_class::permanent);
  EXPECT_EQ(classify(command_status::submitfail), submit_class::permanent);
}

TEST(SubmitStatus, ThatNobodyKnowsIsPermanent) {
  EXPECT_EQ(classify(static_cast<command_status>(0x00000451)), submit_class::permanent);
}

TEST(SubmitStatus, SaysWhyTheMessageFailed) {
  EXPECT_EQ(reason_of(command_status::invdstadr), store::reason::invalid_number);
  EXPECT_EQ(reason_of(command_status::invdstton), store::reason::invalid_number);
  EXPECT_EQ(reason_of(command_status::invsrcadr), store::reason::sender_rejected);
  EXPECT_EQ(reason_of(command_status::invexpiry), store::reason::expired);
  EXPECT_EQ(reason_of(command_status::submitfail), store::reason::rejected);
}

}  // namespace
}  // namespace smppd
