#include "event/json.hpp"
#include "event/parse_guard.hpp"
#include "event/surrogates.hpp"
#include "event/utf8.hpp"

#include <webhookd/event/document.hpp>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace webhookd::event {

namespace {

// RapidJSON counts in 32 bits.
constexpr std::size_t most_bytes = std::numeric_limits<rapidjson::SizeType>::max() / 2;

// In situ, because strings that stay where they are cost neither a copy each nor an allocation. Full
// precision, because the default may miss by three units in the last place, and a creation time in epoch
// seconds has no such digit to spare for its microseconds.
constexpr unsigned flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

failure not_json(std::size_t position, std::string_view what) {
    return {errc::not_json, "byte " + std::to_string(position) + ": " + std::string(what)};
}

failure too_deep(std::size_t position, std::size_t most) {
    return {errc::json_too_deep,
            "byte " + std::to_string(position) + ": nested more than " + std::to_string(most) + " deep"};
}

/// Fills a document through the guard, in the shape that rapidjson::Document::Populate asks for.
class generator {
public:
    /// `json` ends with a NUL byte at `json[size]`; the parser writes into it, and the document refers to it.
    generator(char* json, std::size_t size, std::size_t depth)
        : json_(json)
        , size_(size)
        , depth_(depth) {}

    bool operator()(rapidjson::Document& target) {
        parse_guard guarded(target, depth_);
        rapidjson::InsituStringStream stream(json_);
        rapidjson::Reader reader;
        const auto outcome = reader.Parse<flags>(stream, guarded);
        if (guarded.too_deep())
            failed_ = too_deep(outcome.Offset(), depth_);
        else if (guarded.infinite())
            failed_ =
                not_json(outcome.Offset(), rapidjson::GetParseError_En(rapidjson::kParseErrorNumberTooBig));
        else if (outcome.IsError())
            failed_ = not_json(outcome.Offset(), GetParseError_En(outcome.Code()));
        // To RapidJSON any NUL byte is the end.
        else if (stream.Tell() < size_)
            failed_ = not_json(stream.Tell(), "Something follows the document.");
        return !failed();
    }

    bool failed() const { return !failed_.detail.empty(); }
    failure take_failure() { return std::move(failed_); }

private:
    char* json_;
    std::size_t size_;
    std::size_t depth_;
    failure failed_{errc::not_json};
};

} // namespace

struct document::content {
    content()
        : pool(memory, sizeof memory)
        , dom(&pool) {} // and leaves `memory` as it is: filling it would cost more

    // Room for a usual body and its values, so that one allocation serves the whole document.
    alignas(std::max_align_t) char memory[24 * 1024];
    rapidjson::MemoryPoolAllocator<> pool;
    rapidjson::Document dom;
};

document::document(std::unique_ptr<content> c) noexcept
    : content_(std::move(c)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

result<document> document::parse(std::string_view body, const parse_limits& limits) {
    if (const auto most = std::min(limits.bytes, most_bytes); body.size() > most)
        return failure{errc::json_too_large,
                       std::to_string(body.size()) + " bytes, at most " + std::to_string(most)};
    if (body.starts_with("\xef\xbb\xbf")) return not_json(0, "A byte order mark stands before the document.");

    if (const auto valid = valid_utf8_prefix(body); valid < body.size())
        return not_json(valid, "This is not UTF-8.");

    std::string mended;
    if (has_lone_surrogates(body)) {
        mended = without_lone_surrogates(body);
        body = mended;
    }
    auto c = std::make_unique<content>();
    auto* copy = static_cast<char*>(c->pool.Malloc(body.size() + 1));
    std::copy(body.begin(), body.end(), copy);
    copy[body.size()] = '\0';
    generator from_body(copy, body.size(), limits.depth);
    c->dom.Populate(from_body);
    if (from_body.failed()) return from_body.take_failure();
    if (!c->dom.IsObject()) return not_json(0, "An event is a JSON object.");
    return document(std::move(c));
}

const json_value& document::root() const noexcept {
    return content_->dom;
}

const json_value* document::find(const json_pointer& where) const noexcept {
    const json_value* at = &root();
    for (const auto& step : where.steps()) {
        if (at->IsArray()) {
            const auto index = json::array_index(step);
            at = index && *index < at->Size() ? &(*at)[*index] : nullptr;
        } else {
            at = json::member(*at, step);
        }
        if (!at) return nullptr;
    }
    return at;
}

} // namespace webhookd::event
