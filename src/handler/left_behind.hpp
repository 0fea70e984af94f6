#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>

namespace webhookd::handler::left_behind {

/// So many bytes are read and dropped: a script's last words, and no flood.
inline constexpr std::size_t most_bytes = 1024 * 1024;
/// Of so many programs' outputs at once; the oldest is closed beyond that.
inline constexpr std::size_t most_at_once = 256;

/// Goes on reading the output of a program that has ended, for what it left in the background, until nobody
/// can write to it any more or a bound is met: whoever still writes then gets SIGPIPE. On the loop of
/// `output`, which must be the only one that this is used with at a time.
void keep_reading(boost::asio::posix::stream_descriptor output);

} // namespace webhookd::handler::left_behind
