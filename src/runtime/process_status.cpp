#include <webhookd/runtime/process_status.hpp>

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace webhookd::runtime {
namespace {

std::uint64_t number_of_entries(const char* directory) {
    std::error_code error;
    std::uint64_t n = 0;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error))
        ++n;
    return n;
}

std::chrono::microseconds duration_of(const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

/// The machine's, in seconds since 1970.
std::uint64_t boot_time() {
    std::ifstream in("/proc/stat");
    for (std::string word; in >> word;) {
        std::uint64_t seconds = 0;
        if (word == "btime" && in >> seconds) return seconds;
    }
    return 0;
}

/// The fields of /proc/self/stat after the command's name, which may hold anything, blanks and brackets too
/// (proc(5)): state is the first.
std::istringstream own_fields() {
    std::ifstream in("/proc/self/stat");
    const std::string line(std::istreambuf_iterator<char>(in), {});
    const auto end = line.rfind(')');
    return std::istringstream(end == std::string::npos ? "" : line.substr(end + 1));
}

} // namespace

std::optional<process_status> read_process_status() {
    // The fields 3 to 19, of which 20 (num_threads) follows; 22 starttime, 23 vsize, 24 rss.
    constexpr int before_threads = 17;
    auto fields = own_fields();
    std::string skipped;
    for (int i = 0; i < before_threads; ++i)
        fields >> skipped;
    process_status s;
    std::uint64_t started_ticks = 0;
    std::uint64_t resident_pages = 0;
    fields >> s.threads >> skipped >> started_ticks >> s.virtual_bytes >> resident_pages;
    if (!fields) return std::nullopt;
    s.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    s.started = timestamp(std::chrono::seconds(boot_time()) +
                          std::chrono::microseconds(started_ticks * 1'000'000 / ticks_a_second));
    s.open_files = number_of_entries("/proc/self/fd");
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) s.open_files_limit = files.rlim_cur;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) s.cpu = duration_of(used.ru_utime) + duration_of(used.ru_stime);
    return s;
}

} // namespace webhookd::runtime
