#include "signature/openssl.hpp"

#include <openssl/err.h>

#include <stdexcept>
#include <string>

namespace webhookd::signature::openssl {

void require(bool held, const char* what) {
    if (held) return;
    ERR_clear_error();
    throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

} // namespace webhookd::signature::openssl
