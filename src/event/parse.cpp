#include "event/parse.hpp"

#include <webhookd/event/json_text.hpp>
#include <webhookd/text/utf8.hpp>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <limits>
#include <utility>

namespace webhookd::event {

namespace {

// RapidJSON counts in 32 bits.
constexpr std::size_t most_bytes = std::numeric_limits<rapidjson::SizeType>::max() / 2;

// In situ, because strings that stay where they are cost neither a copy each nor an allocation.
constexpr unsigned flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

failure at_byte(errc code, std::size_t position, std::string_view what) {
    std::string detail = "byte ";
    detail.append(std::to_string(position)).append(": ").append(what);
    return {code, std::move(detail)};
}

/// Fills a document, in the shape that rapidjson::Document::Populate asks for.
class generator {
public:
    /// `json` ends with a NUL byte at `json[size]`; the parser writes into it, and the document refers to it.
    generator(char* json, std::size_t size, std::size_t depth, const std::vector<hidden_number>& hidden)
        : json_(json)
        , size_(size)
        , depth_(depth)
        , hidden_(hidden) {}

    bool operator()(rapidjson::Document& target) {
        parse_handler handler(target, depth_, hidden_, target.GetAllocator());
        rapidjson::InsituStringStream stream(json_);
        rapidjson::Reader reader;
        const auto parsed = reader.Parse<flags>(stream, handler);
        number_too_large_ = parsed.Code() == rapidjson::kParseErrorNumberTooBig;
        if (parsed.IsError())
            outcome_ = at_byte(errc::not_json, parsed.Offset(), GetParseError_En(parsed.Code()));
        // To RapidJSON any NUL byte is the end.
        else if (stream.Tell() < size_)
            outcome_ = at_byte(errc::not_json, stream.Tell(), "Something follows the document.");
        return outcome_.has_value();
    }

    [[nodiscard]] bool number_too_large() const { return number_too_large_; }
    result<void> take_outcome() { return std::move(outcome_); }

private:
    char* json_;
    std::size_t size_;
    std::size_t depth_;
    const std::vector<hidden_number>& hidden_;
    bool number_too_large_ = false;
    result<void> outcome_;
};

} // namespace

result<void> parse_json(std::string_view json, const parse_limits& limits, rapidjson::Document& target) {
    if (const auto most = std::min(limits.bytes, most_bytes); json.size() > most)
        return failure{errc::json_too_large,
                       std::to_string(json.size()) + " bytes, at most " + std::to_string(most)};
    if (json.starts_with("\xef\xbb\xbf"))
        return at_byte(errc::not_json, 0, "A byte order mark stands before the document.");
    if (const auto valid = text::valid_utf8_prefix(json); valid < json.size())
        return at_byte(errc::not_json, valid, "This is not UTF-8.");

    std::string mended;
    if (has_lone_surrogates(json)) {
        mended = without_lone_surrogates(json);
        json = mended;
    }
    auto* copy = static_cast<char*>(target.GetAllocator().Malloc(json.size() + 1));
    std::vector<hidden_number> hidden;
    for (const bool again : {false, true}) {
        std::copy(json.begin(), json.end(), copy);
        copy[json.size()] = '\0';
        if (again) hidden = hide_large_numbers(copy, json.size());
        generator from_copy(copy, json.size(), limits.depth, hidden);
        target.Populate(from_copy);
        if (again || !from_copy.number_too_large()) return from_copy.take_outcome();
    }
    return {};
}

} // namespace webhookd::event
