// SMPP inside TLS over the loopback interface, with certificates made for the test.
#include "smpp/net/tls.hpp"

#include "smpp/net/session.hpp"
#include "tests/smpp/net/secured.hpp"
#include "tests/smpp/samples.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using testing::HasSubstr;
using testing::ThrowsMessage;
using tests::secured_pair;

/// Counts what happens, accepts binds and answers requests.
struct recorder final : session_handler {
  void on_event(session& from, event& what) override {
    responses += std::holds_alternative<response_received>(what) ? 1U : 0U;
    is_bound = is_bound || std::holds_alternative<bound>(what);
    if (const auto* no = std::get_if<bind_refused>(&what)) refused = no->status;
    const auto* const request = std::get_if<request_received>(&what);
    if (request == nullptr) return;
    const auto sequence = request->head.sequence;
    if (const auto* pdu = std::get_if<submit_sm>(&request->pdu)) {
      submits.push_back(*pdu);
      EXPECT_TRUE(from.reply(sequence, submit_sm_resp{}));
    } else if (std::holds_alternative<deliver_sm>(request->pdu)) {
      EXPECT_TRUE(from.reply(sequence, deliver_sm_resp{}));
    } else if (refuse) {
      from.reject_bind(sequence, command_status::invpaswd);
      from.close();
    } else {
      from.accept_bind(sequence);
    }
  }
  void on_closed(session& /*from*/, const closed& why) override { end = why; }

  bool refuse{false};  // binds
  bool is_bound{false};
  std::optional<command_status> refused;
  std::vector<submit_sm> submits;
  std::size_t responses{0};
  std::optional<closed> end;
};

class NetTls : public testing::Test {
 protected:
  tests::secured_pair shake_hands(const tls_client_options& client,
                                  const tls_server_options& server,
                                  const std::string& host = "127.0.0.1") {
    return tests::shake_hands(loop, tls_client(client), tls_server(server), host);
  }
  void wait_for(const std::function<bool()>& done) {
    ASSERT_TRUE(tests::run_until(loop, done)) << "it did not happen in time";
  }
  std::shared_ptr<session> make(connection on, role one, recorder& handler) {
    session_options options;
    options.role = one;
    auto made = std::make_shared<session>(std::move(on), options, handler);
    made->start();
    return made;
  }
  /// Sessions on both sides; the ESME has asked to be bound.
  void bind(secured_pair on) {
    ASSERT_TRUE(*on.client) << on.client->error().message();
    ASSERT_TRUE(*on.server) << on.server->error().message();
    smsc = make(std::move(on.server->value()), role::smsc, smsc_handler);
    esme = make(std::move(on.client->value()), role::esme, esme_handler);
    ASSERT_TRUE(esme->send(bind_transceiver{}));
    wait_for([&] { return esme_handler.is_bound || esme_handler.end; });
  }
  /// Why the client does not want the server.
  error_code refusal(const tls_client_options& client, const std::string& host = "127.0.0.1") {
    const auto made = shake_hands(client, keys.server(), host);
    EXPECT_TRUE(*made.client || made.server->has_error()) << "the server was not told";
    return *made.client ? error_code() : made.client->error();
  }
  static error_code certificate_error(int why) { return {why, certificate_category()}; }

  asio::io_context loop;
  tests::key_folder keys;
  recorder esme_handler, smsc_handler;
  std::shared_ptr<session> esme, smsc;
};

// Sessions.

TEST_F(NetTls, ASessionGoesBothWays) {
  bind(shake_hands(keys.client(), keys.server()));
  submit_sm pdu;
  pdu.short_message = "hello";
  EXPECT_TRUE(esme->send(pdu));
  EXPECT_TRUE(smsc->send(deliver_sm{}));
  wait_for([&] { return esme_handler.responses == 1 && smsc_handler.responses == 1; });
  EXPECT_EQ(smsc_handler.submits, std::vector{pdu});
  esme->unbind();
  wait_for([&] { return esme_handler.end && smsc_handler.end; });
  EXPECT_EQ(esme_handler.end->reason, close_reason::unbind);
  EXPECT_EQ(smsc_handler.end->reason, close_reason::unbind);
}

// A record of TLS holds 16 kB, so that these are cut.
TEST_F(NetTls, LargePdusArriveWhole) {
  bind(shake_hands(keys.client(), keys.server()));
  std::vector<submit_sm> sent(8);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    sent[i].tlvs.add(tag::message_payload,
                     byte_buffer(60'000 + i, static_cast<std::uint8_t>('a' + i)));
    EXPECT_TRUE(esme->send(sent[i]));
  }
  wait_for([&] { return esme_handler.responses == sent.size() || esme_handler.end; });
  EXPECT_TRUE(smsc_handler.submits == sent);
}

TEST_F(NetTls, TheLastWordArrives) {
  smsc_handler.refuse = true;
  bind(shake_hands(keys.client(), keys.server()));
  wait_for([&] { return esme_handler.end && smsc_handler.end; });
  EXPECT_EQ(esme_handler.refused, command_status::invpaswd);
}

TEST_F(NetTls, NothingOfASessionIsLeftAfterItsEnd) {
  bind(shake_hands(keys.client(), keys.server()));
  const std::weak_ptr<session> left = esme, right = smsc;
  esme->unbind();
  esme.reset();
  smsc.reset();
  wait_for([&] { return left.expired() && right.expired(); });
  EXPECT_TRUE(esme_handler.end && smsc_handler.end);
  loop.restart();
  EXPECT_EQ(loop.poll(), 0U);
}

TEST_F(NetTls, APeerThatHangsUpWithoutAGoodbyeIsAnEndOfStream) {
  auto made = shake_hands(keys.client(), keys.server());
  ASSERT_TRUE(*made.client && *made.server);
  smsc = make(std::move(made.server->value()), role::smsc, smsc_handler);
  made.client->value().close();
  wait_for([&] { return smsc_handler.end.has_value(); });
  EXPECT_EQ(smsc_handler.end->reason, close_reason::by_peer);
  EXPECT_EQ(smsc_handler.end->detail, "end of stream");
}

TEST_F(NetTls, APeerThatNeverSaysGoodbyeIsCutOff) {
  auto made = shake_hands(keys.client(), keys.server());
  ASSERT_TRUE(*made.client && *made.server);
  smsc = make(std::move(made.server->value()), role::smsc, smsc_handler);
  const std::weak_ptr<session> watched = smsc;
  smsc->close();
  smsc.reset();
  wait_for([&] { return watched.expired(); });
  EXPECT_TRUE(smsc_handler.end);
}

// Who the server is.

TEST_F(NetTls, AServerIsKnownByItsNameOrItsAddress) {
  for (const auto* host : {"127.0.0.1", "smsc.example", "SMSC.EXAMPLE"})
    EXPECT_FALSE(refusal(keys.client(), host)) << host;
}

TEST_F(NetTls, AServerOfAnotherNameIsRefused) {
  for (const auto* host : {"smsc.example.org", "sub.smsc.example", "example", "authority", "leaf"})
    EXPECT_EQ(refusal(keys.client(), host), certificate_error(X509_V_ERR_HOSTNAME_MISMATCH))
        << host;
  for (const auto* host : {"127.0.0.2", "::1"})
    EXPECT_EQ(refusal(keys.client(), host), certificate_error(X509_V_ERR_IP_ADDRESS_MISMATCH))
        << host;
}

TEST_F(NetTls, TheExpectedNameMayBeConfigured) {
  auto options = keys.client();
  options.server_name = "smsc.example";
  EXPECT_FALSE(refusal(options, "10.0.0.1"));
  options.server_name = "other.example";
  EXPECT_EQ(refusal(options, "smsc.example"), certificate_error(X509_V_ERR_HOSTNAME_MISMATCH));
}

TEST_F(NetTls, AServerOfAnotherAuthorityIsRefused) {
  tests::certificate("authority").write_certificate(keys.file("other.pem"));
  auto options = keys.client();
  options.ca_file = keys.file("other.pem");
  const auto why = refusal(options);
  EXPECT_EQ(why.category(), certificate_category());
  EXPECT_THAT(why.message(), HasSubstr("the certificate is not accepted: "));
  options.ca_file.clear();  // whom the system trusts
  EXPECT_EQ(refusal(options).category(), certificate_category());
}

TEST_F(NetTls, ACertificateWhoseTimeIsOverIsRefused) {
  keys.write("server", keys.authority.issue(tests::key_folder::server_names, -60));
  EXPECT_EQ(refusal(keys.client()), certificate_error(X509_V_ERR_CERT_HAS_EXPIRED));
}

TEST_F(NetTls, AnybodyMayAnswerWhoeverDoesNotVerify) {
  auto options = keys.client();
  options.ca_file.clear();
  options.verify_server = false;
  EXPECT_FALSE(refusal(options, "somebody.example"));
  EXPECT_FALSE(refusal(options, "10.0.0.1"));
}

TEST_F(NetTls, ANameThatCannotBeIsAnError) {
  EXPECT_TRUE(refusal(keys.client(), std::string(300, 'x')));
}

// Who the client is.

TEST_F(NetTls, AClientWithACertificateIsLetIn) {
  auto server = keys.server();
  server.client_ca_file = keys.file("ca.pem");
  auto client = keys.client();
  client.certificate_file = keys.file("client.pem");
  client.private_key_file = keys.file("client.key");
  bind(shake_hands(client, server));
  EXPECT_TRUE(esme_handler.is_bound);
}

TEST_F(NetTls, AClientWithoutACertificateIsRefusedWhereOneIsRequired) {
  auto server = keys.server();
  server.client_ca_file = keys.file("ca.pem");
  const auto made = shake_hands(keys.client(), server);
  ASSERT_TRUE(made.server->has_error());
  EXPECT_EQ(made.server->error().category(), asio::error::get_ssl_category());
}

TEST_F(NetTls, AClientOfAnotherAuthorityIsRefused) {
  const tests::certificate other("other authority");
  keys.write("stranger", other.issue("DNS:esme.example"));
  auto server = keys.server();
  server.client_ca_file = keys.file("ca.pem");
  auto client = keys.client();
  client.certificate_file = keys.file("stranger.pem");
  client.private_key_file = keys.file("stranger.key");
  const auto made = shake_hands(client, server);
  ASSERT_TRUE(made.server->has_error());
  EXPECT_EQ(made.server->error().category(), certificate_category());
}

// The protocol.

class NetTlsVersion : public NetTls {
 protected:
  /// What the server says to a client of at most this version.
  tests::secured accept_client_of(int version) {
    ssl::context context(ssl::context::tls_client);
    SSL_CTX_set_security_level(context.native_handle(), 0);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    auto [here, there] = tests::connected(loop);
    ssl::stream<tcp::socket> client(std::move(here), context);
    client.async_handshake(ssl::stream_base::client, [&](error_code error) {
      told = error;
      error_code ignored;
      client.next_layer().close(ignored);
    });
    const tls_server server(keys.server());
    tests::secured made;
    tests::start(loop, made, server.accept(std::move(there), 20s));
    wait_for([&] { return made && told; });
    return made;
  }

  std::optional<error_code> told;  // the client
};

TEST_F(NetTlsVersion, FromOneDotTwoOnIsAccepted) {
  EXPECT_TRUE(*accept_client_of(TLS1_2_VERSION));
  EXPECT_FALSE(*told) << told->message();
}

TEST_F(NetTlsVersion, OneDotOneIsRefused) {
  const auto made = accept_client_of(TLS1_1_VERSION);
  EXPECT_EQ(made->error().category(), asio::error::get_ssl_category());
  EXPECT_TRUE(*told);
}

TEST_F(NetTls, PlainTextIsAnError) {
  auto [here, there] = tests::connected(loop);
  asio::write(here, asio::buffer(samples::encoded(bind_transceiver{})));
  const tls_server server(keys.server());
  tests::secured made;
  tests::start(loop, made, server.accept(std::move(there), 20s));
  wait_for([&] { return made.has_value(); });
  EXPECT_EQ(made->error().category(), asio::error::get_ssl_category());
  std::string told(1000, '\0');  // an alert of TLS, and the end
  error_code end;
  asio::read(here, asio::buffer(told), end);
  EXPECT_TRUE(end);
}

TEST_F(NetTls, APlainTextServerIsAnError) {
  auto [here, there] = tests::connected(loop);
  asio::write(there, asio::buffer(samples::encoded(outbind{})));
  const tls_client client(keys.client());
  tests::secured made;
  tests::start(loop, made, client.connect(std::move(here), "127.0.0.1", 20s));
  wait_for([&] { return made.has_value(); });
  EXPECT_EQ(made->error().category(), asio::error::get_ssl_category());
}

TEST_F(NetTls, WhoDoesNotShakeHandsInTimeIsGivenUp) {
  auto [here, there] = tests::connected(loop);
  const tls_server server(keys.server());
  tests::secured made;
  tests::start(loop, made, server.accept(std::move(there), 20ms));
  wait_for([&] { return made.has_value(); });
  EXPECT_EQ(made->error(), asio::error::timed_out);

  auto [left, right] = tests::connected(loop);
  const tls_client client(keys.client());
  made.reset();
  tests::start(loop, made, client.connect(std::move(left), "127.0.0.1", 20ms));
  wait_for([&] { return made.has_value(); });
  EXPECT_EQ(made->error(), asio::error::timed_out);
}

TEST_F(NetTls, WhoHangsUpInTheMiddleOfTheHandshakeIsAnError) {
  auto [here, there] = tests::connected(loop);
  here.close();
  const tls_server server(keys.server());
  tests::secured made;
  tests::start(loop, made, server.accept(std::move(there), 20s));
  wait_for([&] { return made.has_value(); });
  EXPECT_TRUE(made->has_error());
  EXPECT_NE(made->error(), asio::error::timed_out);
}

TEST_F(NetTls, AServerMayGoWhileItsConnectionsStay) {
  auto server = std::make_unique<tls_server>(keys.server());
  auto client = std::make_unique<tls_client>(keys.client());
  auto made = tests::shake_hands(loop, *client, *server);
  server.reset();
  client.reset();
  bind(std::move(made));
  EXPECT_TRUE(esme_handler.is_bound);
}

// Files.

TEST_F(NetTls, ReloadTakesANewCertificateAndLeavesOldSessionsAlone) {
  tls_server server(keys.server());
  bind(tests::shake_hands(loop, tls_client(keys.client()), server));

  const tests::certificate next("next authority");
  next.write_certificate(keys.file("next.pem"));
  keys.write("server", next.issue(tests::key_folder::server_names));
  auto trusting_next = keys.client();
  trusting_next.ca_file = keys.file("next.pem");
  EXPECT_FALSE(*tests::shake_hands(loop, tls_client(trusting_next), server).client);
  server.reload();
  EXPECT_TRUE(*tests::shake_hands(loop, tls_client(trusting_next), server).client);
  EXPECT_FALSE(*tests::shake_hands(loop, tls_client(keys.client()), server).client);

  EXPECT_TRUE(esme->send(submit_sm{}));
  wait_for([&] { return esme_handler.responses == 1 || esme_handler.end; });
  EXPECT_EQ(esme_handler.responses, 1U);
}

TEST_F(NetTls, AClientReloadsItsFilesToo) {
  const tls_server server(keys.server());
  auto options = keys.client();
  options.ca_file = keys.file("trusted.pem");
  tests::certificate("another").write_certificate(options.ca_file);
  tls_client client(options);
  EXPECT_FALSE(*tests::shake_hands(loop, client, server).client);
  keys.authority.write_certificate(options.ca_file);
  client.reload();
  EXPECT_TRUE(*tests::shake_hands(loop, client, server).client);
}

TEST_F(NetTls, AReloadThatFailsChangesNothing) {
  tls_server server(keys.server());
  std::ofstream(keys.file("server.pem")) << "no certificate";
  EXPECT_THROW(server.reload(), std::runtime_error);
  EXPECT_TRUE(*tests::shake_hands(loop, tls_client(keys.client()), server).client);
}

TEST_F(NetTls, AFileThatIsWrongIsNamed) {
  const auto complains_about = [&](const tls_server_options& options, const std::string& file) {
    EXPECT_THAT([&] { tls_server{options}; },
                ThrowsMessage<std::runtime_error>(HasSubstr(keys.file(file))));
  };
  auto options = keys.server();
  options.certificate_file = keys.file("none.pem");
  complains_about(options, "none.pem");
  options = keys.server();
  options.private_key_file = keys.file("none.key");
  complains_about(options, "none.key");
  options = keys.server();
  options.private_key_file = keys.file("client.key");  // of another certificate
  complains_about(options, "client.key");
  options = keys.server();
  options.client_ca_file = keys.file("server.key");  // no certificate in it
  complains_about(options, "server.key");
  auto client = keys.client();
  client.ca_file = keys.file("none.pem");
  EXPECT_THAT([&] { tls_client{client}; },
              ThrowsMessage<std::runtime_error>(HasSubstr(keys.file("none.pem"))));
}

// And not a question at the terminal, for which a daemon would wait for ever.
TEST_F(NetTls, AnEncryptedKeyIsAnError) {
  const auto one = keys.authority.issue(tests::key_folder::server_names);
  one.write_certificate(keys.file("server.pem"));
  one.write_key(keys.file("server.key"), "secret");
  EXPECT_THROW(tls_server{keys.server()}, std::runtime_error);
}

}  // namespace
}  // namespace smpp::net
