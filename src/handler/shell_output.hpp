#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler {

/// The first part of what a program wrote, made fit to be kept and shown.
class shell_output {
public:
    /// A shorter value of `env` is no secret that could be told from an ordinary word.
    static constexpr std::size_t shortest_secret = 8;

    struct secret {
        std::string name;
        std::string value;
    };
    /// The values of `env` that may be secrets, the longest first.
    [[nodiscard]] static std::vector<secret> secrets_of(const std::map<std::string, std::string>& env);

    /// `secrets` outlives this.
    explicit shell_output(const std::vector<secret>& secrets);

    /// Keeps what fits and drops the rest.
    void add(std::string_view bytes);
    /// Nothing more will be kept.
    [[nodiscard]] bool full() const noexcept { return raw_.size() == capacity_; }

    /// At most `max_output` bytes: secrets become `[NAME]`, then all is made fit by `text::to_output_text`. A
    /// blank tail is cut off.
    [[nodiscard]] std::string text() const;

private:
    const std::vector<secret>& secrets_;
    std::size_t capacity_;
    std::string raw_;
};

} // namespace webhookd::handler
