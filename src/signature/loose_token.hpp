#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::signature {

/// A lenient parse of a signature value that parse_detached_jws may have refused. For explain() only: never
/// trust it.
struct loose_token {
    std::string header;  ///< encoded, as it stood in the signing input
    std::string payload; ///< encoded; empty in a detached token
    std::string signature;
    std::string header_json;   ///< empty when the header cannot be decoded
    std::string payload_bytes; ///< the same
    std::string kid;
    std::string alg;
    std::vector<std::string> remarks; ///< what is wrong with the form, each with how to mend it
};

[[nodiscard]] loose_token read_loosely(std::string_view header_value);

} // namespace webhookd::signature
