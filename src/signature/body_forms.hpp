#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::signature {

/// What the signed bytes may have been before something on the way changed them into `body`.
struct body_form {
    std::string bytes;
    std::string finding; ///< what happened and the way out; empty for the body as it is
};

/// The body as it is comes first; no form stands twice. JSON that is nested deeper than any envelope has no
/// JSON forms.
[[nodiscard]] std::vector<body_form> likely_forms(std::string_view body);

} // namespace webhookd::signature
