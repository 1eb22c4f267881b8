#include "daemon/credentials.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <stdexcept>

namespace smppd {
namespace {

constexpr std::string_view key_prefix = "smppd_live_";
constexpr std::size_t key_id_octets = 8;
constexpr std::size_t secret_random_octets = 32;
constexpr std::size_t secret_octets = 43;  // base64url of 32 octets, without padding
constexpr std::string_view key_id_letters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view password_letters =
    "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

// A bind must not be slow, and a thousand applications that come back after a restart must not ask
// for gigabytes: half of libsodium's INTERACTIVE memory, which still is more than OWASP's minimum
// for Argon2id (19 MiB, 2 passes). An SMPP password is too short for any hash to save it from a
// thief of the database who tries for long; what helps is to let smppd generate it.
constexpr std::size_t password_memory = std::size_t{32} * 1024 * 1024;
constexpr unsigned long long password_passes = 2;

void need_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium finds no source of random numbers");
}

std::string random_text(std::string_view letters, std::size_t octets) {
  std::string text(octets, '\0');
  for (char& c : text)
    c = letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  return text;
}

const unsigned char* octets_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_base64url(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

}  // namespace

generated_key generate_key() {
  need_sodium();
  std::array<unsigned char, secret_random_octets> random{};
  randombytes_buf(random.data(), random.size());
  std::array<char, secret_octets + 1> secret{};
  sodium_bin2base64(secret.data(), secret.size(), random.data(), random.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  const auto key_id = random_text(key_id_letters, key_id_octets);
  const std::string_view written(secret.data(), secret_octets);
  return {fmt::format("{}{}_{}", key_prefix, key_id, written), key_id, hash_secret(written)};
}

std::optional<parsed_key> parse_key(std::string_view text) {
  constexpr auto octets = key_prefix.size() + key_id_octets + 1 + secret_octets;
  if (text.size() != octets || !text.starts_with(key_prefix)) return std::nullopt;
  const auto key_id = text.substr(key_prefix.size(), key_id_octets);
  const auto secret = text.substr(octets - secret_octets);
  const bool well_formed = text[octets - secret_octets - 1] == '_' &&
                           key_id.find_first_not_of(key_id_letters) == std::string_view::npos &&
                           std::all_of(secret.begin(), secret.end(), is_base64url);
  if (!well_formed) return std::nullopt;
  return parsed_key{key_id, secret};
}

std::string hash_secret(std::string_view secret) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), octets_of(secret),
                     secret.size());
  return hash;
}

bool secret_matches(std::string_view secret, std::string_view secret_hash) noexcept {
  if (secret_hash.size() != crypto_hash_sha256_BYTES) return false;
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), octets_of(secret), secret.size());
  return sodium_memcmp(hash.data(), secret_hash.data(), hash.size()) == 0;
}

std::string hash_password(std::string_view password) {
  need_sodium();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), password_passes,
                            password_memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();  // the only way that it fails
  }
  return hash.data();
}

bool password_matches(std::string_view hash, std::string_view password) noexcept {
  // libsodium reads up to a NUL, and needs the whole array.
  std::array<char, crypto_pwhash_STRBYTES> terminated{};
  if (hash.empty() || hash.size() >= terminated.size()) return false;
  std::copy(hash.begin(), hash.end(), terminated.begin());
  return sodium_init() >= 0 &&
         crypto_pwhash_str_verify(terminated.data(), password.data(), password.size()) == 0;
}

std::string generate_password() {
  need_sodium();
  return random_text(password_letters, password_octets_max);
}

known_passwords::known_passwords() : key_(crypto_generichash_KEYBYTES, '\0') {
  need_sodium();
  randombytes_buf(key_.data(), key_.size());
}

std::string known_passwords::digest_of(std::string_view password) const {
  std::string digest(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     octets_of(password), password.size(), octets_of(key_), key_.size());
  return digest;
}

void known_passwords::add(const std::string& hash, std::string_view password) {
  if (digests_.size() >= passwords_max) digests_.clear();
  digests_[hash] = digest_of(password);
}

bool known_passwords::matches(const std::string& hash, std::string_view password) const {
  const auto known = digests_.find(hash);
  if (known == digests_.end()) return false;
  const auto digest = digest_of(password);
  return sodium_memcmp(known->second.data(), digest.data(), digest.size()) == 0;
}

}  // namespace smppd
