#include "smpp/net/tls.hpp"

#include "smpp/net/time_limit.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <utility>

namespace smpp::net {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

class certificate_errors final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "smpp.certificate"; }
  [[nodiscard]] std::string message(int value) const override {
    return std::string("the certificate is not accepted: ") + X509_verify_cert_error_string(value);
  }
};

// A step of setting up a context, with the file it reads in its error.
template <class Step>
void attempt(const std::string& what, const std::string& file, Step step) {
  error_code error;
  step(error);
  if (error) throw std::runtime_error(what + " " + file + ": " + error.message());
}

}  // namespace

const boost::system::error_category& certificate_category() noexcept {
  static const certificate_errors category;
  return category;
}

/// What connections have in common. They keep it while they last, so that a new one can take its
/// place.
class tls_context {
 public:
  explicit tls_context(ssl::context::method side) : ssl_(side) {
    ssl_.set_options(ssl::context::default_workarounds | ssl::context::no_compression);
    SSL_CTX_set_min_proto_version(ssl_.native_handle(), TLS1_2_VERSION);
    // PDUs are small; a buffer for each idle session is not.
    SSL_CTX_set_mode(ssl_.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    // Otherwise OpenSSL asks for the password of a key at the terminal.
    ssl_.set_password_callback([](std::size_t, auto) { return std::string(); });
  }

  void use_certificate(const std::string& chain, const std::string& key) {
    attempt("certificate", chain,
            [&](error_code& error) { ssl_.use_certificate_chain_file(chain, error); });
    attempt("private key", key,
            [&](error_code& error) { ssl_.use_private_key_file(key, ssl::context::pem, error); });
    if (SSL_CTX_check_private_key(ssl_.native_handle()) != 1)
      throw std::runtime_error("private key " + key + ": does not belong to " + chain);
  }
  void trust(const std::string& file) {
    attempt("CA certificates", file,
            [&](error_code& error) { ssl_.load_verify_file(file, error); });
  }
  void trust_the_system() {
    attempt("CA certificates", "of the system",
            [&](error_code& error) { ssl_.set_default_verify_paths(error); });
  }
  [[nodiscard]] ssl::context& get() noexcept { return ssl_; }

 private:
  ssl::context ssl_;
};

namespace {

class stream final : public tls_stream {
 public:
  stream(tcp::socket connected, std::shared_ptr<tls_context> context)
      : context_(std::move(context)), ssl_(std::move(connected), context_->get()) {}

  void read_some(asio::mutable_buffer into, handler done) override {
    ssl_.async_read_some(into, [done = std::move(done)](error_code error, std::size_t count) {
      // Peers hang up without the goodbye of TLS; PDUs have their length, so nothing is lost.
      done(error == ssl::error::stream_truncated ? asio::error::eof : error, count);
    });
  }
  void write(asio::const_buffer all, handler done) override {
    asio::async_write(ssl_, all, std::move(done));
  }
  void shutdown(handler done) override {
    ssl_.async_shutdown([this, done = std::move(done)](error_code error) {
      error_code ignored;
      socket().shutdown(tcp::socket::shutdown_send, ignored);
      done(error, 0);
    });
  }
  [[nodiscard]] tcp::socket& socket() noexcept override { return ssl_.next_layer(); }
  [[nodiscard]] ssl::stream<tcp::socket>& get() noexcept { return ssl_; }

 private:
  std::shared_ptr<tls_context> context_;  // outlives the stream
  ssl::stream<tcp::socket> ssl_;
};

asio::awaitable<result<connection>> shake_hands(std::unique_ptr<stream> with,
                                                ssl::stream_base::handshake_type side,
                                                std::chrono::milliseconds limit) {
  const time_limit in_time(with->socket(), limit);
  const auto [error] = co_await with->get().async_handshake(side, no_throw);
  if (in_time.missed()) co_return asio::error::make_error_code(asio::error::timed_out);
  if (error) {
    const auto refused = SSL_get_verify_result(with->get().native_handle());
    if (refused != X509_V_OK)
      co_return error_code(static_cast<int>(refused), certificate_category());
    co_return error;
  }
  co_return connection(std::move(with));
}

std::shared_ptr<tls_context> make_context(const tls_server_options& how) {
  auto made = std::make_shared<tls_context>(ssl::context::tls_server);
  made->use_certificate(how.certificate_file, how.private_key_file);
  if (!how.client_ca_file.empty()) {
    made->trust(how.client_ca_file);
    made->get().set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  // Sessions last for days: tickets to resume them are of no use.
  SSL_CTX_set_num_tickets(made->get().native_handle(), 0);
  return made;
}

std::shared_ptr<tls_context> make_context(const tls_client_options& how) {
  auto made = std::make_shared<tls_context>(ssl::context::tls_client);
  if (how.ca_file.empty()) {
    made->trust_the_system();
  } else {
    made->trust(how.ca_file);
  }
  if (!how.certificate_file.empty())
    made->use_certificate(how.certificate_file, how.private_key_file);
  made->get().set_verify_mode(how.verify_server ? ssl::verify_peer : ssl::verify_none);
  return made;
}

asio::awaitable<result<connection>> refuse(error_code why) { co_return why; }

// Who the server must say it is.
bool expect_address(X509_VERIFY_PARAM& expected, const asio::ip::address& address) {
  const auto set = [&](const auto& octets) {
    return X509_VERIFY_PARAM_set1_ip(&expected, octets.data(), octets.size()) == 1;
  };
  return address.is_v4() ? set(address.to_v4().to_bytes()) : set(address.to_v6().to_bytes());
}

bool expect_name(SSL& ssl, const std::string& name, bool verify) {
  auto& expected = *SSL_get0_param(&ssl);
  error_code no_address;
  const auto address = asio::ip::make_address(name, no_address);
  if (!no_address) return !verify || expect_address(expected, address);
  // What SSL_set_tlsext_host_name does, without its casts.
  std::string told = name;
  if (SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, told.data()) != 1)
    return false;
  X509_VERIFY_PARAM_set_hostflags(&expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return !verify || X509_VERIFY_PARAM_set1_host(&expected, name.data(), name.size()) == 1;
}

}  // namespace

tls_server::tls_server(tls_server_options options)
    : options_(std::move(options)), context_(make_context(options_)) {}

void tls_server::reload() { context_ = make_context(options_); }

asio::awaitable<result<connection>> tls_server::accept(tcp::socket connected,
                                                       std::chrono::milliseconds limit) const {
  auto secured = std::make_unique<stream>(std::move(connected), context_);
  return shake_hands(std::move(secured), ssl::stream_base::server, limit);
}

tls_client::tls_client(tls_client_options options)
    : options_(std::move(options)), context_(make_context(options_)) {}

void tls_client::reload() { context_ = make_context(options_); }

asio::awaitable<result<connection>> tls_client::connect(tcp::socket connected,
                                                        const std::string& host,
                                                        std::chrono::milliseconds limit) const {
  auto secured = std::make_unique<stream>(std::move(connected), context_);
  const auto& name = options_.server_name.empty() ? host : options_.server_name;
  if (!expect_name(*secured->get().native_handle(), name, options_.verify_server))
    return refuse(asio::error::invalid_argument);
  return shake_hands(std::move(secured), ssl::stream_base::client, limit);
}

}  // namespace smpp::net
