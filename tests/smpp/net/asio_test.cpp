// Asio is compiled into smpp_net, not into whoever uses it: what crosses that border must agree.
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace {

TEST(Asio, IsCompiledApart) {
#ifdef BOOST_ASIO_SEPARATE_COMPILATION
  SUCCEED();
#else
  FAIL() << "whoever links smpp_net compiles Asio a second time";
#endif
}

TEST(Asio, RunsWhatIsPosted) {
  boost::asio::io_context loop;
  int calls = 0;
  boost::asio::post(loop, [&] { ++calls; });
  EXPECT_EQ(loop.run(), 1U);
  EXPECT_EQ(calls, 1);
}

TEST(Asio, ErrorsHaveTheirNames) {
  EXPECT_EQ(boost::asio::error::make_error_code(boost::asio::error::eof).message(), "End of file");
}

}  // namespace
