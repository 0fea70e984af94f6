#include "demo/outside.hpp"

#include <fmt/format.h>

#include <string>

namespace webhookd::demo {
namespace {

using namespace std::chrono;
using handler::verdict;

/// A program that ended so: 0 has succeeded, 75 may later, anything else is tried again as well.
past_attempt ended(int code, std::string output, microseconds duration) {
    if (code == 0) return {{verdict::successful, 0, {}, std::move(output), {}}, duration};
    return {{verdict::retry,
             code,
             code == 75 ? "exit code 75 (temporary failure)" : fmt::format("exit code {}", code),
             std::move(output),
             {}},
            duration};
}

past_attempt answered(int status, std::string body, microseconds duration) {
    if (status < 300) return {{verdict::successful, status, {}, std::move(body), {}}, duration};
    return {{status >= 500 ? verdict::retry : verdict::failed,
             status,
             fmt::format("HTTP {}", status),
             std::move(body),
             {}},
            duration};
}

past_attempt answer_of_crm(const store::claimed_delivery& d, random_source& random) {
    const auto duration = microseconds(18'000 + random.below(90'000));
    const auto& body = d.event.body;
    if (body.find("\"refuse-me\"") != std::string::npos)
        return answered(422, R"({"error":"The contract is not known here."})", duration);
    if (body.find("\"fail-me\"") != std::string::npos)
        return answered(500, "NullPointerException at ContractService.update(ContractService.java:118)",
                        duration);
    if (d.attempts == 0 && random.chance(2)) return answered(503, "busy", duration * 20);
    return answered(204, {}, duration);
}

} // namespace

std::optional<past_attempt> attempt_of_the_past(std::string_view handler, const store::claimed_delivery& d,
                                                timestamp start, timestamp now, random_source& random) {
    const auto age = now - d.event.received;
    const auto quickly = microseconds(2'000 + random.below(6'000));
    if (handler == "audit") return past_attempt{{}, microseconds(30 + random.below(200))};
    if (handler == "crm") return answer_of_crm(d, random);
    if (handler == "archive")
        return d.attempts == 0
                   ? ended(75, "the archive is not mounted yet\n", quickly)
                   : ended(0, fmt::format("archived {}\n", d.event.envelope.transaction_id), quickly);
    if (handler == "signature-desk")
        return age < days(6) ? ended(1, "cannot reach the signature desk\n", quickly)
                             : ended(0, "the desk is told\n", quickly);
    if (handler == "billing")
        return age < days(2) ? ended(75, "the billing system is closed for the night\n", quickly)
                             : ended(0, "billed\n", quickly);
    if (handler == "erp") {
        if (age >= hours(20)) return answered(200, R"({"status":"ok"})", quickly);
        if (start > now - minutes(30)) return std::nullopt;
        return past_attempt{{verdict::retry, 0, "connection refused", {}, {}}, microseconds(400)};
    }
    if (handler == "scan") {
        if (age < hours(2)) return std::nullopt;
        return ended(0, "3 pages read\n", seconds(15) + microseconds(random.below(9'000'000)));
    }
    return past_attempt{{}, quickly};
}

} // namespace webhookd::demo
