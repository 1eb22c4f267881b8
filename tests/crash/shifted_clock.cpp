// A wall clock that is set while smppd runs: preloaded into it, it adds to what libc says the
// seconds in the file that SHIFTED_CLOCK names, eight octets that clock_test.py maps too. The
// steady clock is left alone, as an administrator who sets the time leaves it.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using seconds_ahead = std::atomic<std::int64_t>;

const seconds_ahead* map_offset() {
  const char* path = std::getenv("SHIFTED_CLOCK");
  const int descriptor = path != nullptr ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (descriptor < 0) std::abort();
  void* at = ::mmap(nullptr, sizeof(seconds_ahead), PROT_READ, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) std::abort();
  ::close(descriptor);
  return static_cast<const seconds_ahead*>(at);
}

std::int64_t get_offset() {
  static const seconds_ahead* const offset = map_offset();
  return offset->load();
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* now) {
  static const auto get_next = next<int(clockid_t, timespec*)>("clock_gettime");
  const int failed = get_next(which, now);
  if (failed == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
    now->tv_sec += get_offset();
  return failed;
}

int gettimeofday(timeval* now, void* zone) {
  static const auto get_next = next<int(timeval*, void*)>("gettimeofday");
  const int failed = get_next(now, zone);
  if (failed == 0) now->tv_sec += get_offset();
  return failed;
}

std::time_t time(std::time_t* into) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (into != nullptr) *into = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
