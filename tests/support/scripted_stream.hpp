#pragma once

#include "support/scripted_server.hpp"

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace webhookd::test {

struct tls_deleter {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* connection) const noexcept { SSL_free(connection); }
};
using tls_context_ptr = std::unique_ptr<SSL_CTX, tls_deleter>;

[[nodiscard]] tls_context_ptr make_tls_context(const tls_identity& identity,
                                               const std::string& client_ca_pem = {});

/// Blocking bytes over an accepted socket, in TLS when there is a context. Does not own the socket.
class scripted_stream {
public:
    scripted_stream(int fd, SSL_CTX* tls);

    [[nodiscard]] bool ready() const noexcept { return ready_; } ///< false: the handshake failed
    [[nodiscard]] ssize_t read(char* data, std::size_t length);
    [[nodiscard]] bool write(std::string_view bytes);
    void close();

private:
    int fd_;
    std::unique_ptr<SSL, tls_deleter> tls_;
    bool ready_ = true;
};

} // namespace webhookd::test
