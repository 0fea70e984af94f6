#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace webhookd::signature {

/// Gets a candidate for the signed bytes, and a finding: what changed them into the body, and how to mend it;
/// empty for the body as it is. Both are valid during the call only.
using body_form_visitor = std::function<void(std::string_view bytes, std::string_view finding)>;

/// What may have been signed before something on the way changed it into `body`: the body as it is comes
/// first, no form comes twice. One form at a time, for a body may be large. JSON that is nested deeper than
/// any envelope has no JSON forms.
void visit_likely_forms(std::string_view body, const body_form_visitor& visit);

/// Whether it is JSON of which each object has its members sorted by name, and one of them more than two: as
/// some serialisers write it, but hardly any person.
[[nodiscard]] bool has_sorted_members(std::string_view body);

} // namespace webhookd::signature
