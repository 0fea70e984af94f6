#include "handler/left_behind.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <deque>
#include <memory>
#include <utility>

namespace webhookd::handler::left_behind {
namespace {

class forgotten_output : public std::enable_shared_from_this<forgotten_output> {
public:
    explicit forgotten_output(boost::asio::posix::stream_descriptor from)
        : from_(std::move(from)) {}

    void read() {
        from_.async_read_some(boost::asio::buffer(bytes_),
                              [self = shared_from_this()](boost::system::error_code ec, std::size_t got) {
                                  self->read_ += got;
                                  if (!ec && self->read_ < most_bytes)
                                      self->read();
                                  else
                                      self->close();
                              });
    }

    void close() {
        boost::system::error_code ignored;
        from_.close(ignored);
    }

private:
    boost::asio::posix::stream_descriptor from_;
    std::array<char, 4096> bytes_{};
    std::size_t read_ = 0;
};

} // namespace

void keep_reading(boost::asio::posix::stream_descriptor output) {
    // Of one thread: the loop's.
    thread_local std::deque<std::weak_ptr<forgotten_output>> known;
    std::erase_if(known, [](const auto& each) { return each.expired(); });
    if (known.size() >= most_at_once) {
        if (const auto oldest = known.front().lock()) oldest->close();
        known.pop_front();
    }
    const auto one = std::make_shared<forgotten_output>(std::move(output));
    known.push_back(one);
    one->read();
}

} // namespace webhookd::handler::left_behind
