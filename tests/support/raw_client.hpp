#pragma once

#include <webhookd/files/unique_fd.hpp>

#include "support/http_connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::test {

/// A blocking client that sends exactly the bytes it is told, however wrong. Every read is bounded to 30 s
/// and throws std::runtime_error beyond; sending to a closed connection is no error.
class raw_client {
public:
    explicit raw_client(std::uint16_t port); ///< 127.0.0.1
    static raw_client over_unix(const std::string& path);
    static raw_client unconnected();  ///< has its descriptor already
    void connect(std::uint16_t port); ///< once, of one that is unconnected
    [[nodiscard]] static bool can_connect(std::uint16_t port);

    void send(std::string_view bytes);
    /// Up to the next line break, without it.
    std::string read_line(std::string_view ending = "\r\n");
    /// So many bytes, whatever they are; throws when the server closes before.
    std::string take(std::size_t bytes);
    /// One whole answer; 100 Continue is not skipped.
    http_answer read_answer();
    /// Waits until the server has closed; true when nothing came before that.
    bool closed();
    void finish(); ///< nothing more will be sent
    void reset();  ///< closes without a shutdown (RST)

private:
    raw_client() = default;
    bool fill();

    files::unique_fd fd_;
    std::string buffer_;
};

/// A socket file that nobody listens on, as a crash leaves it.
void leave_stale_socket(const std::string& path);

} // namespace webhookd::test
