#include "config/sections.hpp"
#include "config/wording.hpp"

#include <array>

namespace webhookd::config {

bool read_redaction(object_reader& in, event::redaction& out) {
    static constexpr std::array<std::string_view, 2> kinds{"signing_links", "api_tokens"};
    const auto wanted = in.texts("redact");
    if (!wanted) return false;
    out = {};
    for (const auto& kind : *wanted) {
        if (kind.value == kinds[0])
            out.signing_links = true;
        else if (kind.value == kinds[1])
            out.api_tokens = true;
        else
            in.in().error(kind, in_quotes(kind.raw) + " is not signing_links or api_tokens" +
                                    did_you_mean(kind.raw, kinds));
    }
    return true;
}

} // namespace webhookd::config
