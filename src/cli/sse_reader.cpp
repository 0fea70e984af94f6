#include "cli/sse_reader.hpp"

namespace webhookd::cli {

bool sse_reader::take(std::string_view piece) {
    for (const char c : piece) {
        if (c != '\n') {
            if (c != '\r') line_ += c; // our own streams end lines by line feeds alone
            continue;
        }
        if (!end_line()) return false;
        line_.clear();
    }
    return true;
}

bool sse_reader::end_line() {
    if (line_.empty()) {
        if (!has_data_) {
            current_.event.clear();
            return true;
        }
        const bool on = on_message_(current_);
        current_.event.clear();
        current_.data.clear();
        has_data_ = false;
        return on;
    }
    const auto colon = line_.find(':');
    const auto name = line_.substr(0, colon);
    auto value = colon == std::string::npos ? std::string() : line_.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (name == "id") current_.id = value;
    if (name == "event") current_.event = value;
    if (name == "data") {
        if (has_data_) current_.data += '\n';
        current_.data += value;
        has_data_ = true;
    }
    return true;
}

} // namespace webhookd::cli
