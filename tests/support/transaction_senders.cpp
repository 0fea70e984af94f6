#include "support/transaction_senders.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"
#include "support/recording_sink.hpp"
#include "support/wait_for_condition.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace webhookd::test {

namespace {

using namespace std::chrono_literals;

constexpr auto between_tries = 20ms;
constexpr auto answer_bound = 20s;
constexpr std::size_t surprises_kept = 20;

/// The same bytes for the same numbers.
std::string make_body(std::size_t transaction, std::size_t event) {
    const timestamp started = std::chrono::sys_days(std::chrono::March / 2 / 2026);
    return event::make_sample("action.opened", {.seed = transaction * 1000 + event, .started = started},
                              {{"/payload/object/transaction_id", "tx_" + std::to_string(transaction)}})
        .value();
}

} // namespace

/// One sender's connection, and its copy of the key.
class transaction_senders::connection {
public:
    explicit connection(transaction_senders& whose)
        : whose_(whose)
        , key_(signature::signer::from_pem(whose.private_pem_).value())
        , to_(whose.port_, answer_bound) {}

    /// Until it is answered 200; none: the senders have given up, or the answer is a surprise.
    reply post(const std::string& body) {
        const auto token = key_.sign(body);
        for (; !whose_.given_up_; std::this_thread::sleep_for(between_tries)) {
            const auto answer = try_once(body, token);
            if (answer.status == 200)
                return answer.body.find(R"("accepted")") != std::string::npos ? reply::accepted
                                                                              : reply::duplicate;
            if (answer.status != 0 && answer.status / 100 != 5) {
                whose_.surprise(std::to_string(answer.status) + " " + answer.body);
                return reply::none;
            }
            ++whose_.put_off_;
        }
        return reply::none;
    }

private:
    http_answer try_once(const std::string& body, const std::string& token) {
        try {
            return to_.post_webhook("/webhooks/universign", body, token);
        } catch (const std::system_error&) {
            return {};
        }
    }

    transaction_senders& whose_;
    signature::signer key_;
    http_connection to_;
};

transaction_senders::transaction_senders(std::uint16_t port, std::function<bool(std::size_t)> may_begin)
    : port_(port)
    , may_begin_(std::move(may_begin))
    , private_pem_(shared_key().private_pem()) {}

transaction_senders::~transaction_senders() {
    ending_ = given_up_ = true;
    for (auto& each : threads_)
        each.join();
}

void transaction_senders::begin() {
    ending_ = false;
    busy_ = senders;
    for (std::size_t i = 0; i < senders; ++i)
        threads_.emplace_back([this] {
            try {
                work();
            } catch (const std::exception& e) {
                surprise(e.what());
            }
            --busy_;
        });
}

bool transaction_senders::end(std::chrono::milliseconds bound) {
    ending_ = true;
    const bool ended = wait_for_condition([&] { return busy_ == 0; }, bound);
    given_up_ = !ended;
    for (auto& each : threads_)
        each.join();
    threads_.clear();
    return ended;
}

void transaction_senders::work() {
    connection first{*this};
    connection second{*this};
    while (!ending_) {
        if (!may_begin_(acknowledged_))
            std::this_thread::sleep_for(between_tries);
        else if (!send_transaction(next_++, first, second))
            return;
    }
}

bool transaction_senders::send_transaction(std::size_t number, connection& first, connection& second) {
    acknowledged_transaction sent;
    for (std::size_t n = 0; n < events_of_a_transaction; ++n) {
        const auto body = make_body(number, n);
        auto told = reply::none;
        auto also_told = reply::duplicate;
        if (n == 0 && number % 4 == 0) {
            const std::jthread beside{[&] { also_told = second.post(body); }};
            told = first.post(body);
        } else {
            told = first.post(body);
        }
        if (told == reply::none || also_told == reply::none) return false;
        accepted_twice_ += told == reply::accepted && also_told == reply::accepted;
        sent.push_back(
            {event::parse_envelope(body).value().id, hash_of(body), std::chrono::steady_clock::now()});
        ++acknowledged_;
    }
    const std::lock_guard lock{mutex_};
    numbers_.push_back(number);
    done_.push_back(std::move(sent));
    return true;
}

std::size_t transaction_senders::send_again(std::size_t transactions) {
    connection over{*this};
    std::size_t wrong = 0;
    const auto step = std::max<std::size_t>(numbers_.size() / std::max<std::size_t>(transactions, 1), 1);
    for (std::size_t i = 0; i < numbers_.size(); i += step)
        for (std::size_t n = 0; n < events_of_a_transaction; ++n)
            wrong += over.post(make_body(numbers_[i], n)) != reply::duplicate;
    return wrong;
}

void transaction_senders::surprise(const std::string& what) {
    const std::lock_guard lock{mutex_};
    if (surprises_.size() < surprises_kept) surprises_.push_back(what);
}

} // namespace webhookd::test
