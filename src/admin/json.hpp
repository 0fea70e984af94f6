#pragma once

#include <webhookd/http/message.hpp>
#include <webhookd/text/json_writer.hpp>
#include <webhookd/time.hpp>

#include <optional>
#include <string_view>

namespace webhookd::admin {

/// An answer in JSON, written member by member.
class json_answer : public webhookd::text::json_writer {
public:
    void instant(std::string_view name, const std::optional<timestamp>& value) {
        if (value)
            text(name, to_rfc3339(*value));
        else
            null(name);
    }

    [[nodiscard]] http::response take() {
        http::response r;
        r.body = view();
        r.body += '\n';
        return r;
    }
};

} // namespace webhookd::admin
