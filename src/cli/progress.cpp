#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace webhookd::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto between_shows = 200ms;
constexpr std::size_t progress_width = 30;
constexpr double mebibyte = 1024.0 * 1024.0;

} // namespace

progress::progress(bool visible, std::int64_t lines)
    : visible_(visible)
    , expected_(std::max<std::int64_t>(lines, 1)) {}

void progress::add(std::uint64_t bytes, std::int64_t lines) {
    bytes_ += bytes;
    lines_ += lines;
    if (const auto now = clock::now(); visible_ && now - shown_ >= between_shows) show(now);
}

void progress::finish() {
    if (!visible_) return;
    show(clock::now());
    fmt::print(stderr, "\n");
}

void progress::show(clock::time_point now) {
    shown_ = now;
    const double seconds = std::max(std::chrono::duration<double>(now - begin_).count(), 0.001);
    const auto share = std::min(1.0, static_cast<double>(lines_) / static_cast<double>(expected_));
    const auto filled = static_cast<std::size_t>(share * progress_width);
    fmt::print(stderr, "\r[{}{}] {:3.0f} %  {} lines  {:.1f} MiB  {:.0f}/s   ", std::string(filled, '#'),
               std::string(progress_width - filled, ' '), share * 100, lines_, static_cast<double>(bytes_) / mebibyte,
               static_cast<double>(lines_) / seconds);
    std::fflush(stderr);
}

} // namespace webhookd::cli
