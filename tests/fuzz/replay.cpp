// Runs a fuzz target without a fuzzer, so that what it promises is tested in every build: on each
// file of a folder, whole, cut everywhere, and damaged; on those of its folder `found`, which are
// many, only whole.
#include "smpp/bytes.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int damaged_per_file = 500;

/// On the heap, with nothing behind it.
void run(smpp::byte_view input) {
  const auto block = std::make_unique_for_overwrite<std::uint8_t[]>(input.size());
  std::ranges::copy(input, block.get());
  LLVMFuzzerTestOneInput(block.get(), input.size());
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run_found(const std::filesystem::path& folder) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    run(smpp::as_bytes(read(entry.path())));
    ++files;
  }
  return files;
}

void run_seed(const std::filesystem::path& path, std::mt19937& random) {
  const auto content = read(path);
  const auto whole = smpp::as_bytes(content);
  for (std::size_t size = 0; size <= whole.size(); ++size)
    run(whole.first(size));
  for (int i = 0; i < damaged_per_file && !whole.empty(); ++i) {
    smpp::byte_buffer damaged(whole.begin(), whole.end());
    for (auto times = random() % 8 + 1; times > 0; --times)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    run(damaged);
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::mt19937 random(1);  // the same damage each time
  int files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      if (entry.is_directory()) {
        files += run_found(entry.path());
        continue;
      }
      run_seed(entry.path(), random);
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
