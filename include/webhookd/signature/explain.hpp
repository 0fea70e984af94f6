#pragma once

#include <webhookd/signature/key_set.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::signature {

struct explanation {
    bool valid = false;
    std::string kid;                   ///< as far as the header could be read
    std::string verdict;               ///< one sentence
    std::vector<std::string> findings; ///< the likely mistakes, the likeliest first, each with how to mend it
};

/// Says why a signature does not hold by trying the mistakes that integrators make: the body was parsed and
/// serialised again (compact, indented, sorted, escaped), lost or gained a final line break or a BOM, changed
/// its line ends; the payload was signed without base64url; plain base64 instead of base64url; another
/// algorithm or salt length; another key of the set; an unknown kid; a key too small; the body is inside the
/// token; half of a token; an HMAC instead of a signature. `source` is where the set came from, if that was a
/// URL. Slow; for people, never for the ingest path.
[[nodiscard]] explanation explain(const key_set& keys, std::string_view header_value, std::string_view body,
                                  std::string_view source = {});

} // namespace webhookd::signature
