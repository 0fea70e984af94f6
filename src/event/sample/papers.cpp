#include "event/sample/papers.hpp"

#include <utility>

namespace webhookd::event::sample {

namespace {

constexpr std::string_view short_consent =
    "J’ai pris connaissance des conditions générales et je les accepte.";

// Close to 600 characters, the most that a consent may have.
constexpr std::string_view long_consent =
    "En cochant cette case, je reconnais avoir reçu, lu et compris l’intégralité du présent "
    "contrat et de ses annexes, avoir disposé d’un délai suffisant pour les examiner, et j’en "
    "accepte sans réserve chacune des stipulations. Je consens à signer par voie "
    "électronique, je reconnais que cette signature a la même valeur qu’une signature "
    "manuscrite au sens de l’article 1367 du Code civil, et j’accepte que les preuves de "
    "l’opération (horodatage, adresses, certificats) soient conservées pendant toute la durée "
    "légale. J’ai été informé de mon droit de rétractation de quatorze jours à compter de ce "
    "jour.";

} // namespace

std::vector<paper> make_papers(const scenario& s) {
    const auto make_field = [&](std::string_view role, std::string_view type, int page,
                                std::vector<std::string> signers) {
        return field{.id = s.id("fld", role, 4), .type = type, .page = page, .signers = std::move(signers)};
    };
    std::vector<field> contract{
        make_field("buyer", "signature", 12, {s.buyer.email}),
        make_field("visa", "visa", 3, {s.buyer.email}),
        make_field("seller", "signature", 12, {s.seller.email}),
        make_field("witness", "signature", 12, {s.witness.email}),
        make_field("seal", "signature", 1, {s.seal_id("contract")}),
    };
    contract.front().consents = {short_consent};
    if (s.number("consent", 4) == 0) contract.front().consents.push_back(long_consent);

    std::vector<field> annex{
        make_field("annex", "signature", 2, {s.seller.email}),
        make_field("notary", "signature", 2, {s.guarantor.email, s.notary.email}),
        make_field("guarantor", "signature", 2, {s.buyer.email, s.guarantor.email}),
    };
    annex.back().signers_member = "signers";

    return {
        {s.id("doc", "contract", 4), "contract.pdf", std::move(contract)},
        {s.id("doc", "annex", 4), "Annexe tarifaire – 2.pdf", std::move(annex)},
    };
}

} // namespace webhookd::event::sample
