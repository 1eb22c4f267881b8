// Certificates that are made for one test, and connections that use them.
#pragma once

#include "smpp/net/connection.hpp"
#include "smpp/net/tls.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace tests {

/// A certificate with its key, by its own word or by that of another.
class certificate {
 public:
  /// One that may issue others.
  explicit certificate(const char* name) : certificate(name, "", nullptr, lifetime) {}
  /// For `who`, as in "DNS:smsc.example,IP:127.0.0.1"; a lifetime below 0 is over.
  [[nodiscard]] certificate issue(const char* who, long seconds = lifetime) const {
    return {"leaf", who, this, seconds};
  }

  void write_certificate(const std::string& file) const {
    const auto to = open(file);
    if (PEM_write_X509(to.get(), body_.get()) != 1) throw std::runtime_error(file);
  }
  /// With a password it is encrypted.
  void write_key(const std::string& file, const char* password = nullptr) const {
    const auto to = open(file);
    const auto* const cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
    auto* const secret = const_cast<char*>(password);  // NOLINT: only read
    if (PEM_write_PKCS8PrivateKey(to.get(), key_.get(), cipher, nullptr, 0, nullptr, secret) != 1)
      throw std::runtime_error(file);
  }

 private:
  static constexpr long lifetime = 3600;
  template <class Type, void (*free)(Type*)>
  struct freed {
    void operator()(Type* one) const { free(one); }
  };
  using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY, &EVP_PKEY_free>>;
  using body_ptr = std::unique_ptr<X509, freed<X509, &X509_free>>;
  using extension_ptr =
      std::unique_ptr<X509_EXTENSION, freed<X509_EXTENSION, &X509_EXTENSION_free>>;
  using file_ptr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

  certificate(const char* name, const char* who, const certificate* issuer, long seconds)
      : key_(EVP_EC_gen("P-256")), body_(X509_new()) {
    static long serial = 0;
    X509_set_version(body_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(body_.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(body_.get()), -2 * lifetime);
    X509_gmtime_adj(X509_getm_notAfter(body_.get()), seconds);
    X509_set_pubkey(body_.get(), key_.get());
    auto* const subject = X509_get_subject_name(body_.get());
    const auto* const text = reinterpret_cast<const unsigned char*>(name);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0);
    const auto& by = issuer == nullptr ? *this : *issuer;
    X509_set_issuer_name(body_.get(), X509_get_subject_name(by.body_.get()));
    if (issuer == nullptr) {
      extend(NID_basic_constraints, "critical,CA:TRUE");
    } else {
      extend(NID_subject_alt_name, who);
    }
    if (X509_sign(body_.get(), by.key_.get(), EVP_sha256()) == 0)
      throw std::runtime_error("a certificate cannot be signed");
  }
  void extend(int with, const char* value) {
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, nullptr, with, value));
    if (!made || X509_add_ext(body_.get(), made.get(), -1) != 1) throw std::runtime_error(value);
  }
  static file_ptr open(const std::string& file) {
    file_ptr opened(std::fopen(file.c_str(), "wb"), &std::fclose);
    if (!opened) throw std::runtime_error(file);
    return opened;
  }

  key_ptr key_;
  body_ptr body_;
};

/// The files of a server whose name is smsc.example and whose address is 127.0.0.1, of a client,
/// and of the authority that knows both.
class key_folder {
 public:
  static constexpr const char* server_names = "DNS:smsc.example,IP:127.0.0.1";

  certificate authority{"authority"};

  key_folder() {
    authority.write_certificate(file("ca.pem"));
    write("server", authority.issue(server_names));
    write("client", authority.issue("DNS:esme.example"));
  }
  void write(const std::string& name, const certificate& one) const {
    one.write_certificate(file(name + ".pem"));
    one.write_key(file(name + ".key"));
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return folder_.file(name.c_str());
  }
  [[nodiscard]] smpp::net::tls_server_options server() const {
    smpp::net::tls_server_options options;
    options.certificate_file = file("server.pem");
    options.private_key_file = file("server.key");
    return options;
  }
  [[nodiscard]] smpp::net::tls_client_options client() const {
    smpp::net::tls_client_options options;
    options.ca_file = file("ca.pem");
    return options;
  }

 private:
  temporary_directory folder_;
};

/// The two ends of a TCP connection over the loopback interface.
inline std::pair<boost::asio::ip::tcp::socket, boost::asio::ip::tcp::socket> connected(
    boost::asio::io_context& loop) {
  using tcp = boost::asio::ip::tcp;
  tcp::acceptor acceptor(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  tcp::socket here(loop);
  here.connect(acceptor.local_endpoint());
  return {std::move(here), acceptor.accept()};
}

/// How a handshake ended, on one side.
using secured = std::optional<smpp::result<smpp::net::connection>>;

inline boost::asio::awaitable<void> put_into(
    secured& into, boost::asio::awaitable<smpp::result<smpp::net::connection>> of) {
  into.emplace(co_await std::move(of));
}

/// Starts a handshake; `into` outlives it.
inline void start(boost::asio::io_context& loop, secured& into,
                  boost::asio::awaitable<smpp::result<smpp::net::connection>> handshake) {
  boost::asio::co_spawn(loop, put_into(into, std::move(handshake)),
                        [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
}

struct secured_pair {
  secured client, server;
};

inline secured_pair shake_hands(boost::asio::io_context& loop, const smpp::net::tls_client& client,
                                const smpp::net::tls_server& server,
                                const std::string& host = "127.0.0.1") {
  constexpr std::chrono::seconds limit{20};
  auto [here, there] = connected(loop);
  secured_pair made;
  start(loop, made.client, client.connect(std::move(here), host, limit));
  start(loop, made.server, server.accept(std::move(there), limit));
  EXPECT_TRUE(run_until(loop, [&] { return made.client && made.server; }));
  return made;
}

}  // namespace tests
