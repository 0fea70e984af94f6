#include "handler/forward/header_template.hpp"

#include <utility>

namespace webhookd::handler::forward {
namespace {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <auto Member>
void envelope_text(const delivery& d, std::string& out) {
    append_header_text(d.event.envelope.*Member, out);
}

using event::envelope;
constexpr std::pair<std::string_view, void (*)(const delivery&, std::string&)> fields[] = {
    {"event.id", &envelope_text<&envelope::id>},
    {"event.type", &envelope_text<&envelope::type>},
    {"event.endpoint",
     [](const delivery& d, std::string& out) { append_header_text(d.event.endpoint, out); }},
    {"event.transaction_id", &envelope_text<&envelope::transaction_id>},
    {"event.object_id", &envelope_text<&envelope::object_id>},
    {"event.object_type", &envelope_text<&envelope::object_type>},
    {"event.state", &envelope_text<&envelope::state>},
    {"event.trace_id", &envelope_text<&envelope::trace_id>},
    {"event.created",
     [](const delivery& d, std::string& out) {
         if (d.event.envelope.created) out += to_rfc3339(*d.event.envelope.created);
     }},
    {"event.received", [](const delivery& d, std::string& out) { out += to_rfc3339(d.event.received); }},
    {"delivery.id", [](const delivery& d, std::string& out) { out += std::to_string(d.id); }},
    {"attempt", [](const delivery& d, std::string& out) { out += std::to_string(d.attempt); }},
};

failure invalid(std::size_t position, const std::string& what) {
    return {errc::configuration_invalid, "character " + std::to_string(position + 1) + ": " + what};
}

} // namespace

header_template::write_field header_template::find(std::string_view name) {
    for (const auto& [known, write] : fields)
        if (known == name) return write;
    return nullptr;
}

std::string header_template::names() {
    std::string all;
    for (const auto& [known, write] : fields)
        all.append(all.empty() ? "" : ", ").append(known);
    return all;
}

result<header_template> header_template::parse(std::string_view text) {
    header_template t;
    std::size_t done = 0;
    for (std::size_t open = 0; (open = text.find("{{", done)) != std::string_view::npos;) {
        const auto close = text.find("}}", open + 2);
        if (close == std::string_view::npos) return invalid(open, "`{{` has no `}}` after it");
        const auto field = find(trim(text.substr(open + 2, close - open - 2)));
        if (field == nullptr) return invalid(open, "what stands between `{{` and `}}` is none of " + names());
        t.parts_.push_back({std::string(text.substr(done, open - done)), field});
        done = close + 2;
    }
    t.end_ = text.substr(done);
    return t;
}

void header_template::render(const delivery& d, std::string& out) const {
    for (const auto& p : parts_) {
        out += p.before;
        p.field(d, out);
    }
    out += end_;
}

void append_header_text(std::string_view text, std::string& out) {
    for (const char c : text)
        if (c >= 0x20 && c < 0x7f) out += c;
}

} // namespace webhookd::handler::forward
