#include "runtime/log_sink.hpp"

#include <variant>

namespace webhookd::log {
namespace {

using namespace std::chrono_literals;

/// Where the caller waits itself.
constexpr auto immediate_bound = 1s;
/// While lines are lost continuously, their number is reported this often.
constexpr auto between_loss_lines = 1s;

} // namespace

sink::sink(spdlog::details::thread_pool* pool, std::function<std::string(std::uint64_t)> loss_line)
    : pool_(pool)
    , loss_line_(std::move(loss_line)) {}

void sink::log(const spdlog::details::log_msg& message) {
    const std::lock_guard lock{mutex_};
    tell_losses();
    if (!write(std::string(message.payload.data(), message.payload.size()))) ++unwritten_;
}

bool sink::write(std::string line) {
    const auto until = steady::now() + immediate_bound;
    return output_
        .write(std::move(line),
               [&](bool) { return !given_up_ && (pool_ != nullptr || steady::now() < until); })
        .has_value();
}

void sink::tell_losses() {
    if (pool_ == nullptr || given_up_) return;
    const auto lost = pool_->overrun_counter() + unwritten_;
    const auto now = steady::now();
    if (lost == told_ || now - told_at_ < between_loss_lines) return;
    if (!write(loss_line_(lost - told_))) return;
    told_ = lost;
    told_at_ = steady::now();
}

bool suppressed_lines::take(level l, std::string_view message, std::span<const field> kind) {
    std::string key(message);
    for (const auto& each : kind)
        key.append(1, '\0').append(std::get<std::string_view>(each.value));
    const std::lock_guard lock{mutex_};
    if (sampler_.take(key, runtime::line_sampler::clock::now())) return true;
    if (examples_.contains(key) || examples_.size() >= runtime::line_sampler::most_kinds) return false;
    auto& like = examples_[key];
    like.of = l;
    like.message = message;
    for (const auto& each : kind)
        like.fields.emplace_back(each.key, std::get<std::string_view>(each.value));
    return false;
}

void suppressed_lines::tell(those which) {
    std::vector<std::pair<example, std::uint64_t>> told;
    {
        const std::lock_guard lock{mutex_};
        const auto totals = which == those::all ? sampler_.all_totals()
                                                : sampler_.totals(runtime::line_sampler::clock::now());
        for (const auto& each : totals) {
            const auto found = examples_.extract(each.kind);
            told.emplace_back(found ? found.mapped() : example{}, each.held_back);
        }
        if (examples_.size() >= runtime::line_sampler::most_kinds) examples_.clear();
    }
    for (const auto& [like, lines] : told)
        write_total(like, lines);
}

void suppressed_lines::write_total(const example& like, std::uint64_t lines) {
    std::vector<field> fields{{"like", like.message}};
    for (const auto& [key, value] : like.fields)
        fields.emplace_back(key, value);
    fields.emplace_back("lines", lines);
    write(like.of, "lines of one kind were held back: there were too many", fields);
}

} // namespace webhookd::log
