#pragma once

#include "event/sample/scenario.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event::sample {

/// A field of a document, and who signs or initials it.
struct field {
    std::string id;
    std::string_view type; ///< `signature` or `visa`
    int page = 1;
    std::vector<std::string> signers; ///< addresses, a `$Name`, a seal; of several the first to act signs
    std::string_view signers_member = "signer"; ///< where an instruction names several
    std::vector<std::string_view> consents{};
};

struct paper {
    std::string id;
    std::string_view name;
    std::vector<field> fields;
};

/// The transaction's documents: the contract, and its annex that alternates sign.
[[nodiscard]] std::vector<paper> make_papers(const scenario& s);

} // namespace webhookd::event::sample
