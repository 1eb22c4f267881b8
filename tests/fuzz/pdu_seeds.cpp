// The seeds of pdu_fuzz: one typical PDU of each kind, from the same declarations as the tests.
//   pdu_seeds FOLDER           writes a file for each PDU that has none there
//   pdu_seeds --check FOLDER   fails, and names them, where a PDU has none
#include "tests/smpp/samples.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace {

void write(const std::filesystem::path& path, smpp::byte_view octets) {
  std::ofstream file(path, std::ios::binary);
  file << smpp::as_text(octets);
}

}  // namespace

int main(int count, char** arguments) {
  const bool check = count == 3 && std::string_view(arguments[1]) == "--check";
  if (count != 2 && !check) {
    std::fprintf(stderr, "pdu_seeds [--check] FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder(arguments[count - 1]);
  int lacking = 0;
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    const auto path = folder / pdu::name;
    if (exists(path)) return;
    ++lacking;
    std::printf("%s %s\n", check ? "no seed for" : "wrote", pdu::name);
    if (!check) write(path, samples::encoded(samples::make<pdu>(samples::fill::typical)));
  });
  return check && lacking > 0 ? 1 : 0;
}
