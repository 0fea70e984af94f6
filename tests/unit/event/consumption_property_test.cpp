#include <webhookd/event/consumption.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace webhookd;
using event::consumption;

namespace {

using texts = std::vector<std::string>;

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

std::string list(const texts& elements) {
    std::string text = "[";
    for (const auto& each : elements)
        text += (text.size() == 1 ? "" : ",") + each;
    return text + "]";
}

/// Somebody who signs: what instructions call him, and the level that he requires.
struct signer {
    std::string name;
    std::optional<std::size_t> level; ///< nullopt: a seal
};

/// A completed transaction made by chance, beside it what it uses, counted as it is made.
class chance_transaction {
public:
    explicit chance_transaction(std::uint32_t seed)
        : chance_(seed) {
        make_signers();
        for (std::size_t fields = below(8); fields > 0; --fields)
            make_field();
        for (std::size_t entries = below(4); entries > 0; --entries)
            make_entry_without_field();
        make_sealers();
        reviews_.resize(below(4), R"({"reviewer":"x@x.example"})");
        expected.reviews = static_cast<std::int64_t>(reviews_.size());
    }

    /// The body, with every list in an order of its own.
    std::string body() {
        for (auto* each : {&participants_, &documents_, &entries_, &sealers_, &reviews_})
            std::shuffle(each->begin(), each->end(), chance_);
        return R"({"id":"evt_1","type":"transaction.lifecycle.completed","payload":{"object":{"participants":)" +
               list(participants_) + R"(,"sealers":)" + list(sealers_) + R"(,"documents":)" +
               list(documents_) + R"(,"instructions":{"reviews":)" + list(reviews_) + R"(,"signatures":)" +
               list(entries_) + "}}}}";
    }

    consumption expected;
    std::int64_t units = 0; ///< fields, entries without one, and seals that sign none

private:
    std::size_t below(std::size_t bound) { return chance_() % bound; }
    bool maybe() { return below(2) == 0; }

    void make_signers() {
        static constexpr std::array<const char*, 4> names{"p@x.example", "$Name", "$Full Name", "scd_"};
        for (std::size_t number = 1 + below(6); number > 0; --number) {
            const auto kind = below(5);
            if (kind == 4) { // no participant
                signers_.push_back({"stranger" + std::to_string(number) + "@x.example", 1});
                continue;
            }
            const auto name = names[kind] + std::to_string(number);
            if (kind == 3) {
                signers_.push_back({name, std::nullopt});
                continue;
            }
            const auto level = below(consumption::levels);
            const auto written = level == 1 && maybe()
                                     ? std::string()
                                     : R"(,"min_signature_level":"level)" + std::string(maybe() ? "_" : "") +
                                           std::to_string(level) + '"';
            participants_.push_back(kind == 2 ? R"({"full_name":)" + quoted(name.substr(1)) + written + '}'
                                              : R"({"email":)" + quoted(name) + written + '}');
            signers_.push_back({name, level});
        }
    }

    /// Some of the signers, at least one.
    std::vector<signer> choose() {
        auto all = signers_;
        std::shuffle(all.begin(), all.end(), chance_);
        all.resize(1 + below(all.size()));
        return all;
    }

    std::string reference(const signer& who) {
        switch (below(3)) {
        case 0:
            return R"({"id":)" + quoted(who.name) + '}';
        case 1:
            if (who.level) return R"({"email":)" + quoted(who.name) + '}';
            [[fallthrough]];
        default:
            return quoted(who.name);
        }
    }

    void make_entry(const std::vector<signer>& who, const std::string& field) {
        std::string entry = "{";
        if (who.size() == 1 && maybe()) {
            entry += R"("signer":)" + reference(who[0]);
        } else {
            texts references;
            for (const auto& each : who)
                references.push_back(reference(each));
            entry += (maybe() ? R"("signer":)" : R"("signers":)") + list(references);
        }
        if (!field.empty()) entry += R"(,"field":)" + quoted(field);
        entries_.push_back(entry + '}');
    }

    void count(const std::vector<signer>& who, bool visa) {
        ++units;
        std::size_t highest = 0;
        bool sealed = false;
        for (const auto& each : who) {
            if (!each.level) {
                sealed = true;
                sealing_.push_back(each.name);
            } else {
                highest = std::max(highest, *each.level);
            }
        }
        if (sealed)
            ++expected.seals;
        else if (visa)
            ++expected.visas;
        else
            ++expected.signatures_by_level[highest];
    }

    /// With several signers as one entry of alternates, or as several entries of one field.
    void make_field() {
        const auto id = "fld_" + std::to_string(++fields_);
        const bool visa = below(3) == 0;
        if (visa || maybe())
            documents_.push_back(R"({"fields":[{"id":)" + quoted(id) + R"(,"type":")" +
                                 (visa ? "visa" : "signature") + "\"}]}");
        const auto who = choose();
        const auto split = below(who.size() + 1);
        const std::vector first(who.begin(), who.begin() + static_cast<std::ptrdiff_t>(split));
        const std::vector second(who.begin() + static_cast<std::ptrdiff_t>(split), who.end());
        for (const auto& part : {first, second})
            if (!part.empty()) make_entry(part, id);
        count(who, visa);
    }

    void make_entry_without_field() {
        const auto who = choose();
        make_entry(who, "");
        count(who, false);
    }

    /// Those who sign a field may be among them, and are counted already.
    void make_sealers() {
        for (std::size_t idle = below(3); idle > 0; --idle) {
            sealers_.push_back(reference({"scd_idle" + std::to_string(idle), std::nullopt}));
            ++expected.seals;
            ++units;
        }
        for (const auto& name : sealing_)
            if (maybe()) sealers_.push_back(reference({name, std::nullopt}));
    }

    std::mt19937 chance_;
    std::vector<signer> signers_;
    texts participants_;
    texts documents_;
    texts entries_;
    texts sealers_;
    texts reviews_;
    texts sealing_; ///< seals that sign a field
    int fields_ = 0;
};

consumption count_body(const std::string& body) {
    const auto parsed = event::document::parse(body).value();
    return event::count_consumption(event::read_envelope(parsed).value(), parsed).value();
}

} // namespace

TEST_CASE("any mix of levels, signers, visas, seals and alternates sums up, each field once, in any order",
          "[event]") {
    consumption all;
    for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
        chance_transaction made(seed);
        for (int order = 0; order < 3; ++order) {
            const auto body = made.body();
            INFO("seed " << seed << ": " << body);
            const auto used = count_body(body);
            REQUIRE(used == made.expected);
            std::int64_t of_all_levels = 0;
            for (const auto signatures : used.signatures_by_level)
                of_all_levels += signatures;
            REQUIRE(used.signatures() == of_all_levels);
            REQUIRE(used.total() == used.visas + used.seals + used.reviews + used.signatures());
            REQUIRE(used.total() - used.reviews == made.units);
        }
        all.visas += made.expected.visas;
        all.seals += made.expected.seals;
        all.reviews += made.expected.reviews;
        for (std::size_t level = 0; level < consumption::levels; ++level)
            all.signatures_by_level[level] += made.expected.signatures_by_level[level];
    }
    // Chance left nothing out.
    for (const auto figure : {all.visas, all.seals, all.reviews})
        CHECK(figure > 100);
    for (const auto figure : all.signatures_by_level)
        CHECK(figure > 100);
}
