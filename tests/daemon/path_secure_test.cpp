// The path over TLS, and through a balancer.
#include "tests/daemon/path_fixture.hpp"
#include "tests/smpp/net/secured.hpp"

#include <boost/asio/write.hpp>

#include <filesystem>
#include <stdexcept>

namespace tests {
namespace {

class Secure : public Path {
 protected:
  Secure() { keys_.write("other", keys_.authority.issue(key_folder::server_names)); }

  void use_server_keys() {
    settings_.smpp.tls_certificate = keys_.file("server.pem");
    settings_.smpp.tls_private_key = keys_.file("server.key");
  }
  void use_carrier_tls() {
    settings_.carriers[0].tls = true;
    settings_.carriers[0].tls_ca = keys_.file("ca.pem");
  }
  [[nodiscard]] asio::ip::tcp::socket connect_plainly() {
    asio::ip::tcp::socket connected(run_->loop);
    connected.connect({asio::ip::make_address("127.0.0.1"), run_->esmes.port()});
    return connected;
  }
  [[nodiscard]] smpp::net::connection connect_securely(asio::ip::tcp::socket plain) {
    const smpp::net::tls_client client(keys_.client());
    const std::string host = "127.0.0.1";
    secured made;
    tests::start(run_->loop, made, client.connect(std::move(plain), host, 10s));
    EXPECT_TRUE(run_until(run_->loop, [&] { return made.has_value(); }));
    if (!*made) throw std::runtime_error(made->error().message());
    return std::move(**made);
  }

  key_folder keys_;
};

TEST_F(Secure, CarrierTakesTheMessage) {
  use_carrier_tls();
  start_without_carriers([&](smppd_run& run) { run.telco.secure(keys_.server()); });
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
}

TEST_F(Secure, CarrierWithAnotherNameIsNotTrusted) {
  use_carrier_tls();
  settings_.carriers[0].tls_server_name = "elsewhere.example";
  start_without_carriers([&](smppd_run& run) { run.telco.secure(keys_.server()); });
  const auto& carrier = *run_->gateway.carriers()[0];
  wait([&] { return !carrier.describe().last_error.empty(); });
  EXPECT_NE(carrier.describe().last_error.find("certificate"), std::string::npos)
      << carrier.describe().last_error;
  EXPECT_FALSE(telco().bound());
}

TEST_F(Secure, FilesThatAreNoneEndTheStart) {
  use_carrier_tls();
  settings_.carriers[0].tls_ca = keys_.file("missing");
  EXPECT_THROW(start_without_carriers([](smppd_run&) {}), std::runtime_error);
}

TEST_F(Secure, EsmeBindsOverTlsThroughABalancer) {
  use_server_keys();
  settings_.smpp.proxy_protocol = true;
  settings_.smpp.trace_file = keys_.file("trace.pcap");
  start();
  auto plain = connect_plainly();
  const std::string header = "PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775\r\n";
  asio::write(plain, asio::buffer(header));
  scripted_esme esme(connect_securely(std::move(plain)), "esme", "secret");
  wait([&] { return esme.bound; });
  EXPECT_EQ(run_->esmes.describe().front().remote, "192.0.2.1:43210");
  const auto id = submit(esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  EXPECT_GT(std::filesystem::file_size(keys_.file("trace.pcap")), 100U);
}

TEST_F(Secure, EsmeThatSpeaksPlainlyIsRefusedAndDelaysNobody) {
  use_server_keys();
  start();
  const auto plain = connect();
  wait([&] { return plain->closed; });
  scripted_esme esme(connect_securely(connect_plainly()), "esme", "secret");
  wait([&] { return esme.bound; });
}

TEST_F(Secure, CertificateIsReadAgainWhileSessionsGoOn) {
  use_server_keys();
  start();
  scripted_esme before(connect_securely(connect_plainly()), "esme", "secret");
  wait([&] { return before.bound; });
  std::filesystem::copy_file(keys_.file("other.pem"), keys_.file("server.pem"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(run_->esmes.reload_tls(), std::runtime_error) << "the key is another's";
  keys_.write("server", keys_.authority.issue(key_folder::server_names));
  run_->esmes.reload_tls();
  scripted_esme after(connect_securely(connect_plainly()), "esme", "secret");
  wait([&] { return after.bound; });
  submit(before, esme_message("Hello"));
}

}  // namespace
}  // namespace tests
