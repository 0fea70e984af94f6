#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/text/encoding.hpp>

#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace webhookd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    require(text::decode_base64url(text::encode_base64url(value)) == value);
    // One text for each sequence of bytes, and the other way round: nothing to vary in a signature.
    if (const auto bytes = text::decode_base64url(value)) require(text::encode_base64url(*bytes) == value);

    const auto jws = signature::parse_detached_jws(value);
    if (!jws) {
        switch (jws.error().code) {
        case errc::signature_missing:
            require(value.empty());
            break;
        case errc::signature_malformed:
        case errc::header_not_accepted:
        case errc::algorithm_not_accepted:
            break;
        default:
            require(false);
        }
        return 0;
    }
    require(!jws->kid.empty());
    require(value.starts_with(jws->protected_header));
    require(jws->protected_header.data() >= value.data() &&
            jws->protected_header.data() + jws->protected_header.size() <= value.data() + value.size());
    return 0;
}
