#include "handler/forward/outcome.hpp"

#include <webhookd/text/printable.hpp>

namespace webhookd::handler::forward {
namespace {

verdict verdict_of(int status) {
    if (status >= 200 && status < 300) return verdict::successful;
    if (status == 408 || status == 425 || status == 429 || status >= 500) return verdict::retry;
    return verdict::failed;
}

verdict verdict_of(errc code) {
    // Where this process had no resources left, nothing was sent: that is no attempt.
    if (code == errc::shutting_down || code == errc::queue_full) return verdict::abandoned;
    if (code == errc::argument_invalid) return verdict::failed; // and would be again next time
    return verdict::retry;
}

} // namespace

outcome to_outcome(const result<outbound::post_answer>& answer, timestamp now) {
    outcome o;
    if (!answer) {
        o.verdict = verdict_of(answer.error().code);
        o.reason = answer.error().detail;
        return o;
    }
    o.verdict = verdict_of(answer->status);
    o.status = answer->status;
    o.output = text::to_output_text(answer->body, max_output, answer->cut);
    if (o.verdict != verdict::successful) o.reason = "HTTP " + std::to_string(answer->status);
    if (o.verdict == verdict::retry) o.retry_after = parse_retry_after(answer->retry_after, now);
    return o;
}

} // namespace webhookd::handler::forward
