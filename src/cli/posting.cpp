#include "cli/posting.hpp"

#include <webhookd/text/json_writer.hpp>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <ostream>

namespace webhookd::cli {
namespace {

constexpr std::size_t longest_answer = 160;

std::string text_member(const rapidjson::Document& object, const char* name) {
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd() || !found->value.IsString()) return {};
    return {found->value.GetString(), found->value.GetStringLength()};
}

std::string one_line(std::string text) {
    text.resize(std::min(text.size(), longest_answer));
    const auto foreign = [](unsigned char c) { return c < 0x20 || c >= 0x7f; };
    std::replace_if(text.begin(), text.end(), foreign, '?');
    return text;
}

/// `accepted`, `duplicate`, `stale`, `ignored`, or the particulars of a problem (RFC 9457); empty when the
/// body says nothing of the kind.
std::string read_answer(const std::string& body) {
    rapidjson::Document json;
    json.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
    if (json.HasParseError() || !json.IsObject()) return {};
    for (const char* name : {"status", "detail", "title"})
        if (auto text = text_member(json, name); !text.empty()) return one_line(std::move(text));
    return {};
}

/// What a 2xx means.
post_outcome::kind kind_of(std::string_view answer) {
    if (answer == "duplicate" || answer == "stale") return post_outcome::kind::duplicate;
    return answer == "ignored" ? post_outcome::kind::ignored : post_outcome::kind::accepted;
}

/// Another valid character, so that the value keeps its form.
void flip_signature(std::string& value) {
    const auto dots = value.find("..");
    char& one = value[dots + 2 + (value.size() - dots - 2) / 2];
    one = one == 'A' ? 'B' : 'A';
}

std::string_view name(post_outcome::kind what) {
    switch (what) {
    case post_outcome::kind::accepted:
        return "accepted";
    case post_outcome::kind::duplicate:
        return "duplicate";
    case post_outcome::kind::ignored:
        return "ignored";
    case post_outcome::kind::refused:
        break;
    }
    return "refused";
}

} // namespace

event_poster::event_poster(std::string url, signature::signer signer, tampering tamper)
    : url_{std::move(url)}
    , signer_{std::move(signer)}
    , tamper_{tamper} {}

result<post_outcome> event_poster::post(const posted_event& event) {
    auto value = signer_.sign(event.body);
    if (tamper_ == tampering::signature) flip_signature(value);

    outbound::http_request request;
    request.method = "POST";
    request.url = url_;
    request.headers = {"Content-Type: application/json", "x-jws-signature: " + value};
    request.body = event.body;
    if (tamper_ == tampering::body) request.body += ' '; // the same JSON, not the same bytes
    const auto response = client_.perform(request);
    if (!response) return response.error();

    post_outcome outcome{
        .http_status = response->status, .answer = read_answer(response->body), .latency = response->latency};
    if (response->status >= 200 && response->status < 300) outcome.what = kind_of(outcome.answer);
    return outcome;
}

posting_report::posting_report(const console& io, bool json, std::size_t type_width)
    : io_{io}
    , json_{json}
    , type_width_{type_width} {}

void posting_report::add(const posted_event& event, const post_outcome& outcome) {
    ++count_of(outcome.what);
    const double milliseconds = static_cast<double>(outcome.latency.count()) / 1000;
    if (json_) {
        text::json_writer line;
        line.begin_object();
        line.text("type", event.type);
        line.text("event", event.id);
        line.number("http_status", outcome.http_status);
        line.text("outcome", name(outcome.what));
        line.text("answer", outcome.answer);
        line.decimal("latency_ms", milliseconds);
        line.end_object();
        io_.out << line.view() << '\n';
        return;
    }
    io_.out << fmt::format("{:<{}}  {:<36}  {}  {:<9}  {:>8.1f} ms\n", event.type, type_width_,
                           event.id.empty() ? "-" : event.id, outcome.http_status,
                           outcome.answer.empty() ? "-" : outcome.answer, milliseconds);
}

std::size_t& posting_report::count_of(post_outcome::kind what) {
    switch (what) {
    case post_outcome::kind::accepted:
        return accepted_;
    case post_outcome::kind::duplicate:
        return duplicates_;
    case post_outcome::kind::ignored:
        return ignored_;
    case post_outcome::kind::refused:
        break;
    }
    return refused_;
}

void posting_report::finish() {
    const auto posted = accepted_ + duplicates_ + ignored_ + refused_;
    if (json_) {
        text::json_writer line;
        line.begin_object();
        line.number("posted", static_cast<std::int64_t>(posted));
        line.number("accepted", static_cast<std::int64_t>(accepted_));
        line.number("duplicate", static_cast<std::int64_t>(duplicates_));
        line.number("ignored", static_cast<std::int64_t>(ignored_));
        line.number("refused", static_cast<std::int64_t>(refused_));
        line.end_object();
        io_.out << line.view() << '\n';
        return;
    }
    // Only an endpoint with `only` ignores anything.
    const auto ignored = ignored_ > 0 ? fmt::format("{} ignored, ", ignored_) : std::string();
    io_.out << fmt::format("{} posted: {} accepted, {} duplicate, {}{} refused\n", posted, accepted_,
                           duplicates_, ignored, refused_);
    if (ignored_ > 0)
        io_.err
            << "universign-webhookd trigger: the endpoint's `only` leaves out the events that were ignored; "
               "name its workspace with --set /payload/object/creator/workspace_name=NAME\n";
}

} // namespace webhookd::cli
