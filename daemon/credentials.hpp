// API keys and SMPP passwords: how they are made and checked. Nothing here knows where they are
// kept.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace smppd {

// An API key:  smppd_live_k3x9q2ab_x7Jw...43 characters...
//              \________/ \______/ \__ secret: 32 random octets, base64url
//                 kind     key id: 8 of a-z and 0-9, public

struct generated_key {
  std::string text;         // what the customer gets, once
  std::string key_id;       // public
  std::string secret_hash;  // what the store keeps: SHA-256, 32 octets
};
[[nodiscard]] generated_key generate_key();

/// Views into the text they were parsed from.
struct parsed_key {
  std::string_view key_id, secret;
};
/// Empty when `text` cannot be a key.
[[nodiscard]] std::optional<parsed_key> parse_key(std::string_view text);

/// SHA-256 of the secret as it is written in the key. A fast hash is right for it: 256 random bits
/// cannot be guessed, and every HTTP request pays for it.
[[nodiscard]] std::string hash_secret(std::string_view secret);
/// In constant time. False for a hash that is not one.
[[nodiscard]] bool secret_matches(std::string_view secret, std::string_view secret_hash) noexcept;

/// An SMPP password has at most 8 octets on the wire (SMPP 3.4, 4.1.1: C-Octet String of 9).
inline constexpr std::size_t password_octets_max = 8;
/// And a system_id at most 15.
inline constexpr std::size_t system_id_octets_max = 15;

/// Argon2id, as crypto_pwhash_str(3) of libsodium writes it. Takes 30 to 50 ms of CPU and 32 MiB:
/// do it on a worker thread.
[[nodiscard]] std::string hash_password(std::string_view password);
/// The same cost. False for a hash that is not one.
[[nodiscard]] bool password_matches(std::string_view hash, std::string_view password) noexcept;
/// Passwords that were checked before: who binds again, after a carrier's or his own restart, does
/// not wait for the slow check. Keeps a digest under a key that this process made up, and nothing
/// on disk. One thread at a time.
class known_passwords {
 public:
  known_passwords();
  /// `password` was found to match `hash`.
  void add(const std::string& hash, std::string_view password);
  /// Whether it was before. A changed password has another hash, and is not known.
  [[nodiscard]] bool matches(const std::string& hash, std::string_view password) const;

 private:
  static constexpr std::size_t passwords_max = 10'000;

  [[nodiscard]] std::string digest_of(std::string_view password) const;

  std::string key_;
  std::unordered_map<std::string, std::string> digests_;  // by hash
};

/// Eight characters that nobody takes for others (no 0 O 1 l I): 46 random bits.
[[nodiscard]] std::string generate_password();

}  // namespace smppd
