#include "handler/shell_output.hpp"

#include <webhookd/handler/handler.hpp>
#include <webhookd/text/printable.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <utility>

namespace webhookd::handler {

std::vector<shell_output::secret> shell_output::secrets_of(const std::map<std::string, std::string>& env) {
    std::vector<secret> secrets;
    for (const auto& [name, value] : env)
        if (value.size() >= shortest_secret) secrets.push_back({name, value});
    // The longest first: one may be a prefix of another.
    std::stable_sort(secrets.begin(), secrets.end(),
                     [](const auto& a, const auto& b) { return a.value.size() > b.value.size(); });
    return secrets;
}

shell_output::shell_output(const std::vector<secret>& secrets)
    : secrets_(secrets)
    // A secret that begins within the part that is shown must be there whole to be recognised; one byte more
    // tells that something was cut off.
    , capacity_(max_output + std::max<std::size_t>(1, secrets.empty() ? 0 : secrets.front().value.size())) {}

void shell_output::add(std::string_view bytes) {
    raw_.append(bytes.substr(0, capacity_ - raw_.size()));
}

std::string shell_output::text() const {
    std::string named;
    const std::string_view raw = raw_;
    // What follows may be the beginning of a secret, and is not shown even where the text became shorter by
    // masking.
    const auto end = std::min(raw.size(), max_output);
    for (std::size_t i = 0; i < end;) {
        const auto rest = raw.substr(i);
        const auto found = std::find_if(secrets_.begin(), secrets_.end(),
                                        [&](const secret& s) { return rest.starts_with(s.value); });
        if (found == secrets_.end()) {
            named += raw[i++];
        } else {
            named.append("[").append(found->name).append("]");
            i += found->value.size();
        }
    }
    auto out = text::to_output_text(named, max_output, raw.size() > max_output);
    out.erase(out.find_last_not_of(" \n\t") + 1);
    return out;
}

} // namespace webhookd::handler

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
